/** Weir's own version; package.json holds the same, and a test compares them. */
export const version = "0.1.0";
