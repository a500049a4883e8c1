import { describe, expect, it } from "vitest";
import { parseId, parseOrderRequest } from "../../src/domain/order-request.ts";

describe("an order request", () => {
  it("is read line by line", () => {
    expect(parseOrderRequest({ lines: [{ productId: 1, quantity: 2 }] })).toEqual({
      kind: "valid",
      lines: [{ productId: 1, quantity: 2 }],
    });
  });

  it("adds up lines of the same product", () => {
    const lines = [
      { productId: 1, quantity: 2 },
      { productId: 2, quantity: 1 },
      { productId: 1, quantity: 3 },
    ];
    expect(parseOrderRequest({ lines })).toEqual({
      kind: "valid",
      lines: [
        { productId: 1, quantity: 5 },
        { productId: 2, quantity: 1 },
      ],
    });
  });

  it.each([
    ["nothing", undefined, /the body must be/],
    ["a list", [], /the body must be/],
    ["no lines", { lines: "1" }, /the body must be/],
    ["an empty list of lines", { lines: [] }, /at least one/],
    ["too many lines", { lines: Array(51).fill({ productId: 1, quantity: 1 }) }, /at most 50/],
    ["a line that is no object", { lines: [7] }, /lines\[0\] must be/],
    ["a line without a product", { lines: [{ quantity: 1 }] }, /lines\[0\].productId/],
    ["an id that no table has", { lines: [{ productId: 2 ** 40, quantity: 1 }] }, /lines\[0\].productId/],
    ["a quantity of 0", { lines: [{ productId: 1, quantity: 0 }] }, /lines\[0\].quantity/],
    ["half a product", { lines: [{ productId: 1, quantity: 0.5 }] }, /lines\[0\].quantity/],
    ["far too much", { lines: [{ productId: 1, quantity: 10_001 }] }, /product 1: at most 10000/],
  ])("is refused for %s", (_what, body, message) => {
    expect(parseOrderRequest(body)).toEqual({ kind: "invalid", message: expect.stringMatching(message) });
  });
});

describe("an id in a path", () => {
  it.each([
    ["1", 1],
    ["2147483647", 2_147_483_647],
    ["2147483648", null],
    ["0", null],
    ["01", null],
    ["1e3", null],
    ["mug", null],
  ])("%s is %s", (text, id) => {
    expect(parseId(text)).toBe(id);
  });
});
