// Bundles the page into ../assets under fixed names. The same sources and the same package-lock.json give the same bytes.
import { build } from 'esbuild';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const assets = join(here, '..', 'assets');
const maxBytes = 200_000;
const maxCompressedBytes = 60_000;

mkdirSync(assets, { recursive: true });
const common = {
  absWorkingDir: here,
  outdir: assets,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022', 'chrome123', 'firefox121', 'safari17.5'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
};
await build({
  ...common,
  entryPoints: { app: 'src/main.tsx' },
  // Elements as calls of h: shorter than those of the automatic runtime, which the type check knows.
  jsx: 'transform',
  jsxFactory: 'h',
  jsxFragment: 'Fragment',
  inject: ['src/jsx.ts'],
  tsconfigRaw: {},
});
await build({ ...common, entryPoints: { graph: 'src/graph.ts' } });
await build({ ...common, entryPoints: { app: 'src/app.css' } });
for (const name of ['index.html', 'favicon.svg']) {
  cpSync(join(here, 'src', name), join(assets, name));
}

let bytes = 0;
let compressed = 0;
for (const name of readdirSync(assets).sort()) {
  const content = readFileSync(join(assets, name));
  const small = gzipSync(content, { level: 9 }).length;
  bytes += content.length;
  compressed += small;
  console.log(`${name.padEnd(12)} ${String(content.length).padStart(8)} bytes ${String(small).padStart(7)} compressed`);
}
console.log(`${'all'.padEnd(12)} ${String(bytes).padStart(8)} bytes ${String(compressed).padStart(7)} compressed`);
if (bytes > maxBytes || compressed > maxCompressedBytes) {
  console.error(`The assets may take ${maxBytes} bytes, and ${maxCompressedBytes} compressed.`);
  process.exit(1);
}
