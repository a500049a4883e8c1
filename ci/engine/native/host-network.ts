/**
 * What an engine leaves on the host's network (a bridge, firewall rules, forwarding) and how that is taken back.
 * Its CNI plugins clean up after each container, but not after a kill -9, and never the bridge and the chains.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { execa } from "execa";

export const bridge = "weir0";
const networkName = "weir";
const subnet = "10.87.";
const forwarding = "/proc/sys/net/ipv4/ip_forward";

/** How the host was before the engine started; written down before it starts. */
export interface HostNetwork {
  readonly forwarding: "0" | "1";
  readonly tables: readonly string[];
}

export async function readHostNetwork(root: string): Promise<HostNetwork> {
  return { forwarding: readFileSync(forwarding, "utf8").trim() === "1" ? "1" : "0", tables: await listTables(root) };
}

/** Puts the host back as `before` says; does nothing where nothing is left. The programs are those of the engine's root. */
export async function restoreHostNetwork(root: string, before: HostNetwork): Promise<void> {
  await inRoot(root, ["ip", "link", "delete", bridge]);
  const saved = await inRoot(root, ["iptables-save"]);
  const input = removalOf(saved.stdout, before.tables.includes("ip filter"));
  if (input !== null) await inRoot(root, ["iptables-restore", "--noflush"], input);
  for (const table of await listTables(root)) {
    if (before.tables.includes(table)) continue;
    const [family = "", name = ""] = table.split(" ");
    const content = await inRoot(root, ["nft", "list", "table", family, name]);
    if (isEmptyTable(content.stdout)) await inRoot(root, ["nft", "delete", "table", family, name]);
  }
  if (before.forwarding === "0") writeFileSync(forwarding, "0");
}

/**
 * The input for `iptables-restore --noflush` that removes what is ours from what `iptables-save` printed; null for
 * nothing. `keepChains`: the filter table is older than the engine, so another user of CNI may need its shared chains.
 */
export function removalOf(saved: string, keepChains: boolean): string | null {
  const tables = saved.split(/^(?=\*)/m).filter((part) => part.startsWith("*"));
  const parts = tables.map((table) => tableRemovalOf(table.split("\n"), keepChains)).filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join("");
}

const ownComment = `name: \\"${networkName}\\"`;
const ownAddress = new RegExp(`^-A CNI-FORWARD (.* )?-[sd] ${subnet.replaceAll(".", "\\.")}`);
/** What the first container of any CNI network brings along, and the last one leaves. */
const sharedJump = /^-A (FORWARD|CNI-FORWARD) .*-j CNI-(FORWARD|ADMIN)$/;

function tableRemovalOf([name = "", ...lines]: readonly string[], keepChains: boolean): string | null {
  const isOwn = (line: string) => (line.startsWith("-A POSTROUTING ") && line.includes(ownComment)) || ownAddress.test(line);
  const isForeign = (line: string) => /^-A CNI-(FORWARD|ADMIN) /.test(line) && !isOwn(line) && !sharedJump.test(line);
  const keepShared = keepChains || lines.some(isForeign);
  const rules = lines.filter((line) => isOwn(line) || (!keepShared && sharedJump.test(line)));
  const ownChains = lines
    .filter((line) => line.includes(ownComment))
    .map((line) => /^-A (CNI-[0-9a-f]+) |-j (CNI-[0-9a-f]+)$/.exec(line));
  const sharedChains = lines.map((line) => /^:(CNI-FORWARD|CNI-ADMIN) /.exec(line)).filter(() => !keepShared);
  const chains = [...new Set([...ownChains, ...sharedChains].map((match) => match?.[1] ?? match?.[2]))].filter(
    (chain) => chain !== undefined,
  );
  if (rules.length + chains.length === 0) return null;
  return [
    name,
    ...rules.map((line) => line.replace(/^-A/, "-D")),
    ...chains.map((chain) => `-F ${chain}`),
    ...chains.map((chain) => `-X ${chain}`),
    "COMMIT\n",
  ].join("\n");
}

/** True where a table has chains but not one rule. No listing is no proof. */
export function isEmptyTable(listing: string): boolean {
  const lines = listing.split("\n").map((line) => line.trim());
  const isPlain = (line: string) =>
    line === "" ||
    line === "}" ||
    line.startsWith("#") ||
    /^(table|chain) .*\{$/.test(line) ||
    /^type .*;.*policy accept;$/.test(line);
  return lines.some((line) => line.startsWith("table ")) && lines.every(isPlain);
}

async function listTables(root: string): Promise<readonly string[]> {
  const { stdout } = await inRoot(root, ["nft", "list", "tables"]);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => line.replace(/^table /, ""));
}

/** A short command of the engine's root on the host's network. That it fails is an answer: there is nothing to remove. */
async function inRoot(root: string, argv: readonly string[], input?: string): Promise<{ stdout: string }> {
  const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const result = await execa("chroot", [root, ...argv], {
    reject: false,
    timeout: 10_000,
    env: { PATH: path },
    extendEnv: false,
    ...(input === undefined ? { stdin: "ignore" } : { input }),
  });
  return { stdout: typeof result.stdout === "string" ? result.stdout : "" };
}
