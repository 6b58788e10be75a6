// `npm run check -- NAME`: what is looked at now and then, of which `scripts/checks` holds a file each. Without a name it prints the list.
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setup } from './setup.mjs';

/**
 * By name: what it does, and its program with its first arguments where that is none of `scripts/checks`.
 * @type {Readonly<Record<string, readonly [does: string, program?: string, ...args: string[]]>>}
 */
export const checks = {
  browser: ['Looks for a browser again, and says which it is and on what it computes', 'scripts/browser.mjs'],
  'convert-weights': ["Torchvision's weights as safetensors with their sums, in a folder to serve: resnet18 --to DIR"],
  'coverage-api': ["PyTorch's names and those of its libraries beside ours, and why others are not here"],
  'data-wait': ['The share of a training step that waits for data, with workers and without'],
  'detect-shapes': ['YOLO v1 and Faster R-CNN on drawn shapes; what is stopped goes on: --model yolo'],
  examples: ['Packs the library, builds and runs the apps of examples: --all, --only next'],
  fuzz: ['Damages files of every format and has them read: npy --count 20000'],
  gallery: ['What each page of the gallery costs: bytes, time, longest frame; --record keeps its picture'],
  gpu: ["Kernels by the compilers of AMD's and Intel's GPUs, without one: conv --compare FILE, --wgsl FILE"],
  imports: [
    'The direction of imports, and cycles',
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    '--config',
    'dependency-cruiser.config.mjs',
    'src',
    'demos',
    'packages/notebook',
    'demos',
    'packages/notebook',
  ],
  'inside-weights': ["Trains the small network of the gallery's page Inside, and keeps the weights"],
  'look-inside': ["What MNIST's networks see, as a page; train both by the check mnist first"],
  mnist: ["Trains MNIST without a window: --model complex; git ignores the weights' file"],
  notebook: ["A notebook's cells from first to last, headless: FILE --full --python"],
  'onnx-check': ['Exports networks as ONNX files, and compares what onnxruntime makes of them: resnet18 --python P'],
  'onnx-operators': ["ONNX's own tests of nodes, operator by operator: what passes, what is refused and why"],
  packages: [
    'Packages of PyPI, unchanged, in the page: what is imported, and numbers beside PyTorch: FOLDER --python P',
  ],
  'python-programs': ["Runs PyTorch's examples and others' programs in the page, beside PyTorch: FOLDER --python P"],
  'python-wheel': ["The wheel of Python's packages, with type stubs: --check has mypy look, --python P"],
  'pytorch-check': ['Writes networks as Python, and compares what PyTorch makes of them: LeNet5 --python P --ray'],
  'pytorch-tests': ["Runs PyTorch's own tests in the page, and tells those that no longer pass: FOLDER"],
  record: [
    'Runs courses and the guide, and keeps what their cells put out, for pages to show: s4-imaging --language python',
  ],
  repeats: [
    'Places in src that say the same thing, by jscpd',
    'node_modules/jscpd/run-jscpd.js',
    '--config',
    'scripts/checks/repeats.json',
  ],
  'step-time': ['The JavaScript of a training step until its work is submitted'],
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, ...rest] = process.argv.slice(2);
  const [, program = `scripts/checks/${name}.mjs`, ...args] = checks[name ?? ''] ?? [];
  if (name !== undefined && Object.hasOwn(checks, name)) await run(program, [...args, ...rest]);
  else list(name);
}

/**
 * Runs a program of this repository as if it had been called itself.
 * @param {string} program
 * @param {readonly string[]} args
 */
async function run(program, args) {
  setup();
  const root = new URL('../', import.meta.url);
  const file = fileURLToPath(new URL(program, root));
  process.chdir(fileURLToPath(root));
  process.argv.splice(1, Number.POSITIVE_INFINITY, file, ...args);
  await import(pathToFileURL(file).href);
}

/** @param {string | undefined} name */
function list(name) {
  console.log('Usage: npm run check -- NAME [options of the check, of which --help tells]\n');
  const width = Math.max(...Object.keys(checks).map(({ length }) => length));
  for (const [check, [does]] of Object.entries(checks)) console.log(`  ${check.padEnd(width)}  ${does}`);
  const isKnown = name === undefined || name === '--help';
  if (!isKnown) console.error(`\ncheck: expected one of these names, but got '${name}'`);
  process.exitCode = isKnown ? 0 : 2;
}
