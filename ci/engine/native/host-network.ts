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
  const removals: Record<string, { rules: string[]; chains: string[] }> = {};
  let table = "";
  for (const line of saved.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1);
    const entry = (removals[table] ??= { rules: [], chains: [] });
    const ownRule = line.startsWith("-A POSTROUTING") && line.includes(`name: \\"${networkName}\\"`);
    const ownForward = line.startsWith("-A CNI-FORWARD") && new RegExp(`-[sd] ${subnet.replaceAll(".", "\\.")}`).test(line);
    const shared = !keepChains && /^-A (FORWARD|CNI-FORWARD) .*-j CNI-(FORWARD|ADMIN)$/.test(line);
    if (ownRule || ownForward || shared) entry.rules.push(line.replace(/^-A/, "-D"));
    const chain = ownRule ? /-j (CNI-[0-9a-f]+)/.exec(line)?.[1] : undefined;
    if (chain !== undefined) entry.chains.push(chain);
    const sharedChain = /^:(CNI-FORWARD|CNI-ADMIN) /.exec(line)?.[1];
    if (sharedChain !== undefined && !keepChains) entry.chains.push(sharedChain);
  }
  const parts = Object.entries(removals)
    .filter(([, { rules, chains }]) => rules.length + chains.length > 0)
    .map(([name, { rules, chains }]) =>
      [`*${name}`, ...rules, ...chains.map((chain) => `-F ${chain}`), ...chains.map((chain) => `-X ${chain}`), "COMMIT", ""].join(
        "\n",
      ),
    );
  return parts.length === 0 ? null : parts.join("");
}

/** True where a table has chains but not one rule. */
export function isEmptyTable(listing: string): boolean {
  const lines = listing.split("\n").map((line) => line.trim());
  return lines.every(
    (line) =>
      line === "" ||
      line === "}" ||
      line.startsWith("#") ||
      /^(table|chain) .*\{$/.test(line) ||
      /^type .*;.*policy accept;$/.test(line),
  );
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
