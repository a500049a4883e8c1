import { describe, expect, it, vi } from "vitest";
import { retry } from "../../src/retry.ts";

describe("a retry", () => {
  it("goes on until the act succeeds", async () => {
    const act = vi.fn().mockRejectedValueOnce(new Error("starting up")).mockResolvedValue("ready");
    const onFailure = vi.fn();
    const options = { attempts: 3, pauseMs: 1, worthwhile: () => true, onFailure };
    expect(await retry(act, options)).toBe("ready");
    expect(onFailure).toHaveBeenCalledExactlyOnceWith(new Error("starting up"), 1);
  });

  it("gives up after the last attempt", async () => {
    const act = vi.fn().mockRejectedValue(new Error("starting up"));
    const options = { attempts: 3, pauseMs: 1, worthwhile: () => true, onFailure: () => {} };
    await expect(retry(act, options)).rejects.toThrow("starting up");
    expect(act).toHaveBeenCalledTimes(3);
  });

  it("does not wait for what will not change", async () => {
    const act = vi.fn().mockRejectedValue(new Error("wrong password"));
    const options = { attempts: 3, pauseMs: 1, worthwhile: () => false, onFailure: () => {} };
    await expect(retry(act, options)).rejects.toThrow("wrong password");
    expect(act).toHaveBeenCalledTimes(1);
  });
});
