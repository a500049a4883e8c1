import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, describe, expect, it } from "vitest";
import { findEngine } from "../../ci/engine/native/daemon.ts";
import { bridge } from "../../ci/engine/native/host-network.ts";
import { layoutOf } from "../../ci/engine/native/layout.ts";
import { startWeir, weir } from "./user.ts";

const layout = layoutOf();

afterAll(async () => {
  await weir(["engine", "up"]);
});

/** What an engine may leave on a host: mounts, a bridge, firewall rules, forwarding, processes. */
async function hostState() {
  const { stdout: links } = await execa("cat", ["/proc/net/dev"], { timeout: 10_000 });
  // The engine's own root has the program that lists the firewall's rules; the host may have none.
  const engineRoot = readdirSync(layout.roots).find((name) => name.startsWith("engine-")) ?? "none";
  const rules = await execa("chroot", [join(layout.roots, engineRoot), "/usr/sbin/nft", "list", "ruleset"], {
    reject: false,
    timeout: 10_000,
  });
  const cgroups = await execa("find", ["/sys/fs/cgroup", "-maxdepth", "2", "-name", "buildkit"], {
    reject: false,
    timeout: 10_000,
  });
  return {
    rules: rules.stdout,
    cgroups: cgroups.stdout,
    forwarding: readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8"),
    mounts: readFileSync("/proc/self/mounts", "utf8")
      .split("\n")
      .filter((line) => line.includes(layout.home)),
    bridge: links.includes(bridge),
    resolver: readFileSync("/etc/resolv.conf", "utf8"),
    paths: ["/var/lib/dagger", "/run/dagger", "/run/buildkit", "/opt/cni", "/etc/dagger"].filter((path) => existsSync(path)),
  };
}

describe("the embedded engine", () => {
  it("leaves nothing on the host when it ends, and says where everything lies", async () => {
    await weir(["engine", "down"]);
    const before = await hostState();
    expect((await weir(["engine", "up"])).exitCode).toBe(0);
    const status = await weir(["engine", "status"]);
    expect(status.stdout).toContain("runs (process");
    for (const folder of [layout.programs, layout.roots, layout.registry, layout.state, layout.run])
      expect(status.stdout).toContain(folder);
    expect(findEngine(layout)).not.toBeNull();
    const down = await weir(["engine", "down"]);
    expect(down.stdout).toContain("has ended");
    expect(findEngine(layout)).toBeNull();
    expect(await hostState()).toEqual(before);
    expect(await hostState()).toMatchObject({ mounts: [], bridge: false, paths: [] });
  });

  it("is one engine, however often and at once it is started", async () => {
    await weir(["engine", "down"]);
    const ended = await Promise.all([weir(["engine", "up"]), weir(["engine", "up"]), weir(["engine", "up"])]);
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    const first = findEngine(layout)?.supervisor;
    expect(await weir(["engine", "up"])).toMatchObject({ exitCode: 0 });
    expect(findEngine(layout)?.supervisor).toBe(first);
  });

  it("comes up again after a kill -9 of the start, at any moment, and of the engine", async () => {
    for (const afterMs of [30, 150, 300, 600]) {
      await weir(["engine", "down"]);
      const start = startWeir(["engine", "up"]);
      await sleep(afterMs);
      start.kill("SIGKILL");
      await start;
      expect((await weir(["engine", "up"])).exitCode).toBe(0);
      expect((await weir(["engine", "status", "--json"])).stdout).toContain('"answers": true');
    }
    const leftover = join(layout.roots, "tmp-killed");
    mkdirSync(leftover);
    const engine = findEngine(layout);
    process.kill(engine?.init ?? -1, "SIGKILL");
    while (findEngine(layout) !== null) await sleep(50);
    expect((await weir(["engine", "up"])).exitCode).toBe(0);
    expect(existsSync(leftover)).toBe(false);
    await weir(["engine", "down"]);
    expect(await hostState()).toMatchObject({ mounts: [], bridge: false });
  });
});
