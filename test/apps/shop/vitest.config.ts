import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    coverage: {
      provider: "v8",
      reportsDirectory: "coverage",
      reporter: ["text", "lcovonly"],
      include: ["src/**/*.ts"],
      // The integration tests cover the SQL and the end-to-end tests the bootstrap file: counted here they
      // would only say that unit tests have no database.
      exclude: ["src/main.ts", "src/postgres/migrate.ts", "src/postgres/store.ts"],
    },
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 20_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
