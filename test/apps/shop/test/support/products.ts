import type { Product } from "../../src/domain/product.ts";

export const mug: Product = { id: 1, sku: "mug-blue", name: "Blue mug", priceCents: 1250, stock: 3 };
export const tea: Product = { id: 2, sku: "tea-green", name: "Green tea, 100 g", priceCents: 890, stock: 10 };
export const teapot: Product = { id: 4, sku: "teapot-clay", name: "Clay teapot", priceCents: 3600, stock: 0 };
