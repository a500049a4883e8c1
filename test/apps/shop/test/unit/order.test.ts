import { describe, expect, it } from "vitest";
import { decide, total } from "../../src/domain/order.ts";
import { mug, tea, teapot } from "../support/products.ts";

describe("an order against the stock", () => {
  it("is priced line by line", () => {
    const lines = [
      { productId: mug.id, quantity: 2 },
      { productId: tea.id, quantity: 1 },
    ];
    expect(decide(lines, [mug, tea])).toEqual({
      kind: "accepted",
      lines: [
        { productId: mug.id, quantity: 2, unitPriceCents: 1250 },
        { productId: tea.id, quantity: 1, unitPriceCents: 890 },
      ],
      totalCents: 3390,
    });
  });

  it("may take the last one", () => {
    expect(decide([{ productId: mug.id, quantity: mug.stock }], [mug]).kind).toBe("accepted");
  });

  it("may not take more than there is", () => {
    expect(decide([{ productId: mug.id, quantity: 4 }], [mug])).toEqual({
      kind: "out-of-stock",
      productId: mug.id,
      requested: 4,
      available: 3,
    });
  });

  it("is refused as a whole for one line that cannot be met", () => {
    const lines = [
      { productId: mug.id, quantity: 1 },
      { productId: teapot.id, quantity: 1 },
    ];
    expect(decide(lines, [mug, teapot]).kind).toBe("out-of-stock");
  });

  it("names a product that does not exist", () => {
    expect(decide([{ productId: 99, quantity: 1 }], [mug])).toEqual({
      kind: "unknown-product",
      productId: 99,
    });
  });
});

describe("the total", () => {
  it("is 0 without lines", () => {
    expect(total([])).toBe(0);
  });
});
