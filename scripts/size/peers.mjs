// The programs of other libraries that `npm run size` puts beside Lamplight's.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { installPeers, peerAliases } from '../bench-places.mjs';
import { doorAliases } from '../doors.mjs';
import { built } from './measure.mjs';

const bench = fileURLToPath(new URL('../../bench/', import.meta.url));
const distribution = `${bench}node_modules/onnxruntime-web/dist/`;

/**
 * `beside` names the program of ours that does the same.
 * @typedef {object} Peer
 * @property {string} beside
 * @property {string} library
 * @property {() => Promise<import('./measure.mjs').Built>} built
 * @property {(path: string) => Uint8Array | undefined} data
 */

/** @type {readonly (readonly [beside: string, library: string, file: string])[]} */
const table = [
  ['a', 'jax-js', 'jax-tensor'],
  ['a', 'TensorFlow.js', 'tfjs-tensor'],
  ['b', 'jax-js', 'jax-mnist'],
  ['b', 'TensorFlow.js', 'tfjs-mnist'],
  ['d', 'jax-js', 'jax-resnet'],
  ['d', 'TensorFlow.js', 'tfjs-resnet'],
  ['d', 'onnxruntime-web', 'ort-resnet'],
];

/** @returns {Promise<readonly Peer[]>} */
export async function openPeers() {
  installPeers();
  const model = await resnet18();
  return table.map(([beside, library, name]) => ({
    beside,
    library,
    built: () => program(name),
    data: (path) => (path === 'resnet18.onnx' ? model : undefined),
  }));
}

/** TensorFlow.js by its core alone, since layers and loaders of files are not used. */
const aliases = [
  { find: 'peer:tfjs-gradients', replacement: '@tensorflow/tfjs-core/dist/register_all_gradients' },
  ...peerAliases.map(({ find, replacement }) => ({
    find,
    replacement: replacement === '@tensorflow/tfjs' ? '@tensorflow/tfjs-core' : replacement,
  })),
];

/** @param {string} name */
async function program(name) {
  const made = await built(`${bench}size/${name}.ts`, aliases);
  if (name !== 'ort-resnet') return made;
  // onnxruntime-web loads these by itself.
  const own = readdirSync(distribution).filter((file) => /^ort-wasm.*\.(mjs|wasm)$/.test(file));
  const files = own.map((file) => {
    const code = readFileSync(`${distribution}${file}`);
    return /** @type {const} */ ([`ort/${file}`, { code, sources: new Map([[`node_modules/${file}`, code.length]]) }]);
  });
  return { ...made, scripts: new Map([...made.scripts, ...files]) };
}

/** ResNet-18 as an ONNX model. */
async function resnet18() {
  const outDir = fileURLToPath(new URL('../../node_modules/.cache/lamplight/size/', import.meta.url));
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: [...doorAliases, ...peerAliases] },
    ssr: { noExternal: true },
    build: { ssr: `${bench}size/resnet18-onnx.ts`, outDir, emptyOutDir: true },
  });
  /** @type {typeof import('../../bench/size/resnet18-onnx')} */
  const { model } = await import(pathToFileURL(`${outDir}resnet18-onnx.js`).href);
  return model();
}
