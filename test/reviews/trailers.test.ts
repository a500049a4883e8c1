import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { env, folder, git, write } from "../trigger/clone.ts";
import { verdictOf, type Judging } from "./judge.ts";
import { change, commitAs, gnupgHome, gnupgPerson, person, reviewedBy, type Change } from "./signers.ts";

const signers = "signers";

const judged = async (of: Change, rest: Partial<Judging> = {}) =>
  (await verdictOf({ trigger: of.now(), env, source: of.at, ...rest, review: { signers, ...rest.review } })).text;

describe("a review as a signed commit", () => {
  it("counts where the signature is good and is of who reviewed", async () => {
    const [ann, bo] = [person("ann"), person("bo")];
    const one = change(ann, [ann, bo]);
    expect(await judged(one)).toContain("has 0 of 1 approvals →");
    const sha = commitAs(one.at, bo, reviewedBy(bo), { sign: true });
    expect(await judged(one)).toBe(`pass: 1 of 1 approvals of ${sha.slice(0, 12)}: bo@example.org`);
  });

  it("holds while nothing but further reviews follow, and is stale after any change", async () => {
    const [ann, bo, cy] = [person("ann"), person("bo"), person("cy")];
    const one = change(ann, [ann, bo, cy]);
    const first = commitAs(one.at, bo, reviewedBy(bo), { sign: true });
    commitAs(one.at, cy, reviewedBy(cy), { sign: true });
    expect(await judged(one, { review: { approvals: 2 } })).toContain("bo@example.org, cy@example.org");
    commitAs(one.at, ann, "one more", { files: ["src/c.ts"] });
    expect(await judged(one)).toContain(`not counted: bo@example.org (of ${first.slice(0, 12)}, an older commit)`);
    expect(await judged(one, { review: { dismissStale: false } })).toContain("pass");
    commitAs(one.at, bo, reviewedBy(bo), { sign: true });
    expect(await judged(one)).toContain("pass");
  });

  it("does not count unsigned, of another, of a stranger, or of a key that only the change names", async () => {
    const [ann, bo, eve] = [person("ann"), person("bo"), person("eve")];
    const one = change(ann, [ann, bo]);
    const unsigned = commitAs(one.at, bo, reviewedBy(bo));
    expect(await judged(one)).toContain(`not counted: bo@example.org (${unsigned.slice(0, 12)} is not signed)`);
    const foreign = commitAs(one.at, ann, reviewedBy(bo), { sign: true });
    expect(await judged(one)).toContain(`(${foreign.slice(0, 12)} is signed by ann@example.org)`);
    const stranger = commitAs(one.at, eve, reviewedBy(eve), { sign: true });
    expect(await judged(one)).toContain(
      `eve@example.org (${stranger.slice(0, 12)} is signed with a key that nobody here vouches for)`,
    );
    write(one.at, "signers", `${bo.allowed}\n${eve.allowed}\nbo@example.org ${eve.allowed.split(" ").slice(1).join(" ")}\n`);
    commitAs(one.at, ann, "let eve in", { files: ["src/d.ts"] });
    commitAs(one.at, eve, reviewedBy(eve, bo), { sign: true });
    expect(await judged(one)).toContain("has 0 of 1 approvals");
  });

  it("does not count what was changed after it was signed", async () => {
    const [ann, bo] = [person("ann"), person("bo")];
    const one = change(ann, [ann, bo]);
    commitAs(one.at, bo, "Nothing of note", { sign: true });
    const raw = git(one.at, "cat-file", "commit", "HEAD");
    write(one.at, ".forged", `${raw}\n\nReviewed-by: bo <bo@example.org>\n`);
    const forged = git(one.at, "hash-object", "-t", "commit", "-w", ".forged");
    git(one.at, "reset", "-q", "--hard", forged);
    expect(await judged(one)).toContain(`(${forged.slice(0, 12)} has a bad signature)`);
  });

  it("does not count of who wrote the change, under whatever spelling of the address", async () => {
    const [ann, bo] = [person("ann"), person("bo", "Bo@Example.org")];
    const one = change(ann, [ann, bo]);
    commitAs(one.at, ann, reviewedBy(ann), { sign: true });
    expect(await judged(one)).toContain("not counted: ann@example.org (wrote the change)");
    expect(await judged(one, { review: { countSelf: true } })).toContain("pass");
    commitAs(one.at, { ...bo, email: "bo@example.org" }, "helping", { files: ["src/e.ts"] });
    commitAs(one.at, bo, reviewedBy(bo), { sign: true });
    expect(await judged(one)).toContain("bo@example.org (wrote the change)");
  });

  it("is not pushed aside by one that proves nothing, and counts once", async () => {
    const [ann, bo] = [person("ann"), person("bo")];
    const one = change(ann, [ann, bo]);
    commitAs(one.at, bo, reviewedBy(bo, bo, "BO@example.org"), { sign: true });
    commitAs(one.at, ann, reviewedBy(bo));
    expect(await judged(one)).toContain("pass: 1 of 1");
    expect(await judged(one, { review: { approvals: 2 } })).toContain("has 1 of 2 approvals: bo@example.org");
  });

  it.each(["Bo", "", "bo@example.org <eve@example.org>", "<>", "\u001b[31m <bo@example.org\u202e>"])(
    "is nobody's with a trailer such as %j",
    async (text) => {
      const [ann, bo] = [person("ann"), person("bo")];
      const one = change(ann, [ann, bo]);
      commitAs(one.at, bo, `Review\n\nReviewed-by: ${text}`, { sign: true });
      const said = await judged(one);
      expect(said).toContain("has 0 of 1 approvals");
      expect(said).not.toMatch(/\p{Cc}|\p{Cf}/u);
    },
  );

  it("is of the branch, where a host tests its merge with the target", async () => {
    const [ann, bo] = [person("ann"), person("bo")];
    const one = change(ann, [ann, bo]);
    commitAs(one.at, bo, reviewedBy(bo), { sign: true });
    git(one.at, "checkout", "-q", "development");
    const base = commitAs(one.at, ann, "elsewhere", { files: ["src/z.ts"] });
    git(one.at, "merge", "-q", "--no-ff", "-m", "merge", "feature/x");
    const merged = { ...one.now(), base };
    expect(await judged(one, { trigger: merged })).toContain("pass");
  });

  it("says what is missing: a base, history, the file of signers", async () => {
    const ann = person("ann");
    const one = change(ann, [ann]);
    const setup = { trigger: { ...one.now(), base: null } };
    expect(await judged(one, setup)).toContain("fail: reviews.setup: the commits of the change can't be read");
    expect(await judged(one, { trigger: { ...one.now(), base: "f".repeat(40) } })).toContain(
      "the commits of the change can't be read",
    );
    expect(await judged(one, { review: { signers: "nobody" } })).toContain("nobody is not there in");
    expect(await judged(one, { source: folder() })).toContain("the commits of the change can't be read");
  });

  it("takes the file of git's own setting where weir.yaml names none", async () => {
    const [ann, bo] = [person("ann"), person("bo")];
    const one = change(ann, [ann, bo]);
    commitAs(one.at, bo, reviewedBy(bo), { sign: true });
    expect(await judged(one, { review: { signers: null } })).toContain("has 0 of 1 approvals");
    git(one.at, "config", "gpg.ssh.allowedSignersFile", join(one.at, "signers"));
    expect(await judged(one, { review: { signers: null } })).toContain("pass");
  });

  it("starts no program that the repository names", async () => {
    const [ann, bo] = [person("ann"), person("bo")];
    const one = change(ann, [ann, bo]);
    const evil = join(folder(), "evil");
    write(
      join(evil, ".."),
      "evil",
      `#!/bin/sh\ntouch ${evil}.ran\necho 'Good "git" signature for bo@example.org with ED25519 key X'\n`,
    );
    chmodSync(evil, 0o755);
    for (const key of ["gpg.program", "gpg.openpgp.program", "gpg.ssh.program", "gpg.x509.program"])
      git(one.at, "config", key, evil);
    commitAs(one.at, ann, reviewedBy(bo), { sign: true });
    expect(await judged(one)).toContain("is signed by ann@example.org");
    expect(() => git(one.at, "hash-object", `${evil}.ran`)).toThrow();
  });
});

describe("a review signed with GnuPG", () => {
  it("counts where the keyring trusts the key", { timeout: 60_000 }, async () => {
    const [ann, bo] = [person("ann"), gnupgPerson("bo")];
    const one = change(ann, [ann]);
    commitAs(one.at, bo, reviewedBy(bo), { sign: true, as: bo.gnupg });
    expect(await judged(one, { env: bo.gnupg })).toContain("pass: 1 of 1");
    const said = await judged(one, { env: gnupgHome() });
    expect(said).toContain("has a signature that can't be checked: its key is not known here");
    expect(await judged(one, { env: gnupgHome(bo.gnupg) })).toContain("is signed with a key that nobody here vouches for");
    write(one.at, ".forged", git(one.at, "cat-file", "commit", "HEAD").replace("Review\n", "Another review\n") + "\n");
    git(one.at, "reset", "-q", "--hard", git(one.at, "hash-object", "-t", "commit", "-w", ".forged"));
    expect(await judged(one, { env: bo.gnupg })).toContain("has a bad signature");
  });
});

describe("code owners of a change", () => {
  const owners = { CODEOWNERS: "* @nobody\n/src/ cy@example.org bo@example.org\n" };

  it("approve by CODEOWNERS as it was before the change", async () => {
    const [ann, bo, dee] = [person("ann"), person("bo"), person("dee")];
    const one = change(ann, [ann, bo, dee], owners);
    write(one.at, "CODEOWNERS", "* dee@example.org\n");
    commitAs(one.at, ann, "take over", { files: ["src/b.ts"] });
    commitAs(one.at, dee, reviewedBy(dee), { sign: true });
    const review = { codeOwners: true };
    const said = await judged(one, { review });
    expect(said).toContain("fail: reviews.owners");
    expect(said).toContain("@nobody for CODEOWNERS; cy@example.org or bo@example.org for src/b.ts");
    expect(await judged(one)).toContain("pass");
  });

  it("are named by a file, or the gate says that there is none", async () => {
    const [ann, bo] = [person("ann"), person("bo")];
    const one = change(ann, [ann, bo]);
    commitAs(one.at, bo, reviewedBy(bo), { sign: true });
    expect(await judged(one, { review: { codeOwners: true } })).toContain("has no CODEOWNERS");
    const two = change(ann, [ann, bo], { ".github/CODEOWNERS": "*.ts @bo bo@example.org\n" });
    commitAs(two.at, bo, reviewedBy(bo), { sign: true });
    expect(await judged(two, { review: { codeOwners: true } })).toContain("pass");
  });
});
