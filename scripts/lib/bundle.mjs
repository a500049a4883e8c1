/**
 * Bundles the command line: build/weir.mjs, which scripts/weir starts, and beside it the chunks that it imports, some of
 * them only when a command needs them. Loading some 40 files in place of 1,500 is most of what a start costs.
 *
 * Chunks bear their content's hash and stay a day after the last bundle that named them, so a run that is under way
 * still finds its own. weir.mjs is renamed into place last: a bundle is there whole or not at all.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));
const out = join(root, "build");
const day = 24 * 60 * 60 * 1000;

// A file that changes while this runs must look newer than the bundle; the kernel's file times lag by a few milliseconds.
const started = (Date.now() - 10) / 1000;

const result = await build({
  absWorkingDir: root,
  entryPoints: ["ci/cli.ts"],
  outdir: "build",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // Comments and indentation are half of what Node must read at each start; names stay, for stack traces.
  minifyWhitespace: true,
  sourcemap: true,
  sourcesContent: false,
  write: false,
  metafile: true,
  logLevel: "warning",
  // CommonJS packages among the dependencies ask for these three, which an ES module does not have.
  define: { __filename: "bundledFilename", __dirname: "bundledDirname" },
  banner: {
    js: [
      `import { createRequire as bundledCreateRequire } from "node:module";`,
      `const require = bundledCreateRequire(import.meta.url);`,
      `const bundledFilename = require("node:url").fileURLToPath(import.meta.url);`,
      `const bundledDirname = require("node:path").dirname(bundledFilename);`,
    ].join("\n"),
  },
  plugins: [originalPlaces(), daggerClientOnly()],
}).catch(() => process.exit(1)); // esbuild has said why

mkdirSync(out, { recursive: true });
removeLeftovers();
for (const { path, contents } of result.outputFiles) place(path, contents);
place(join(out, "weir.mjs"), starter(entryFile()));
utimesSync(join(out, "weir.mjs"), started, started);

function place(path, contents) {
  writeFileSync(`${path}.tmp`, contents);
  renameSync(`${path}.tmp`, path);
}

/** What a bundle that was broken off left, chunks that no run can want any more, and code compiled for older chunks. */
function removeLeftovers() {
  const current = new Set(result.outputFiles.map(({ path }) => basename(path)));
  for (const name of readdirSync(out)) {
    const old = () => Date.now() - statSync(join(out, name)).mtimeMs > day;
    if (name.endsWith(".tmp") || (/-[A-Z0-9]{8}\.mjs(\.map)?$/.test(name) && !current.has(name) && old()))
      rmSync(join(out, name));
  }
  rmSync(join(out, ".compiled"), { recursive: true, force: true });
}

function entryFile() {
  const [file] = Object.entries(result.metafile.outputs).find(([, { entryPoint }]) => entryPoint === "ci/cli.ts");
  return basename(file);
}

/** Asks for Node's version before anything is loaded that an older one can't read; keeps compiled code from Node 22 on. */
function starter(entry) {
  return `#!/usr/bin/env node
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";
if (Number.parseInt(process.versions.node) < 20) {
  console.error(\`weir: needs Node.js 20 or newer, and \${process.execPath} is \${process.versions.node}. Install it: npm install --global node@22\`);
  process.exit(4);
}
nodeModule.enableCompileCache?.(fileURLToPath(new URL(".compiled", import.meta.url)));
await import("./${entry}");
`;
}

/** `import.meta` of a file in ci/ keeps meaning that file's own place, so what it reads beside itself is found. */
function originalPlaces() {
  return {
    name: "original-places",
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]ci[\\/].*\.ts$/ }, ({ path }) => {
        const place = relative(root, path).split(sep).join("/");
        const text = readFileSync(path, "utf8");
        if (!place.startsWith("ci/") || !text.includes("import.meta.")) return undefined;
        const url = (target) => `new URL(${JSON.stringify(`../${target}`)}, import.meta.url)`;
        const meant = {
          url: `${url(place)}.href`,
          filename: `originalPath(${url(place)})`,
          dirname: `originalPath(${url(posix.dirname(place))})`,
        };
        const contents = text.replace(/\bimport\.meta\.(url|filename|dirname)\b/g, (_, property) => meant[property]);
        return { contents: `import { fileURLToPath as originalPath } from "node:url"; ${contents}`, loader: "ts" };
      });
    },
  };
}

/**
 * Weir connects with `connect()`. The SDK's index also loads the TypeScript compiler, for modules that describe
 * themselves, and OpenTelemetry's Node SDK, for `connection()`: together 1.3 s of start-up that `connect()` never uses.
 */
function daggerClientOnly() {
  const unused = "throw new Error('the bundled command line has only connect() of the Dagger SDK');";
  const stubs = {
    "module/entrypoint/entrypoint.js": `export function entrypoint() { ${unused} }`,
    "telemetry/init.js": `export class DaggerOtelConfigurator { initialize() { ${unused} } async close() {} }`,
  };
  return {
    name: "dagger-client-only",
    setup({ onLoad }) {
      onLoad({ filter: /@dagger\.io[\\/]dagger[\\/]dist[\\/]src[\\/](module[\\/]entrypoint|telemetry)[\\/]/ }, ({ path }) => {
        const stub = Object.keys(stubs).find((end) => path.split(sep).join("/").endsWith(`/${end}`));
        return stub ? { contents: stubs[stub] } : undefined;
      });
    },
  };
}
