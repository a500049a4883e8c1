import { describe, expect, it } from "vitest";
import { hasConnection } from "../../ci/engine/native/daemon.ts";

const heading = "Num       RefCount Protocol Flags    Type St Inode Path\n";
const listener = "0000000000000000: 00000002 00000000 00010000 0001 01 91839 /run/weir/engine.sock\n";
const connection = "0000000000000000: 00000003 00000000 00000000 0001 03 91840 /run/weir/engine.sock\n";
const foreign =
  "0000000000000000: 00000003 00000000 00000000 0001 03 17 /run/dbus/system_bus_socket\n0000000000000000: 00000003 00000000 00000000 0001 03 18\n";

describe("an engine is in use", () => {
  it.each([
    ["while a session is open with it", heading + listener + foreign + connection, true],
    ["not by listening", heading + listener + foreign, false],
    ["not where there is none", heading, false],
    ["not where the kernel says nothing", "", false],
  ])("%s", (_, sockets, expected) => {
    expect(hasConnection(sockets)).toBe(expected);
  });
});
