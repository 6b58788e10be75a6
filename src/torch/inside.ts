// What our own doors need of the engine and of torch besides the public names (index.ts). A door imports nothing else
// from these floors, so this file is the whole list, and each group says why its names are here. A new name needs a
// reason; a name that no door imports is removed. What a door can say by public names needs none here, and what only one
// door uses and nothing below it stands in that door; an operation is one name, with what it is made of behind it.
//
// Code that loads when it is first needed has a loader in a file of its own, such as io/download/late.ts: an import() in
// this file would split the first chunk of every program that imports a name from here.

// Arguments. Functions of doors read their arguments like those of torch: by position or by name, checked by kind, with
// the same errors.

export * as kinds from '../engine/core/argument-kinds';
export { closed, closeInherited, closeMethods, expectNoMore } from '../engine/core/arity';
export { isPlainObject, kindOf } from '../engine/core/kind-of';
export { objectAt } from '../engine/core/object-argument';
export {
  type Arguments,
  type Defaults,
  expectKind,
  type OfKeys,
  type Parsed,
  parseArgs,
  shown,
} from '../engine/core/options';
export { type Args, type Given, type Named, or, takes, typed, value } from '../engine/core/takes';
export { callable, checked, isTensor as isTensorObject } from './tensor/calling/callable';
export { calledAs } from './tensor/calling/called-as';
export { expectSize, type TensorOptions, tensorOptions } from './tensor/calling/sizes';
export { namedTensors, tensor as tensorKind, tensors } from './tensor/calling/tensor-kinds';
export { mapTensors, tensorsIn } from './tensor/calling/tensor-trees';

// Texts. Doors print as Python does, and warn once.

export { Printable } from '../engine/core/printable';
export { printModule, pythonFloat, pythonText, snakeName } from '../engine/core/printing';
export { hearWarnings, warnOnce } from '../engine/core/warnings';
export { formatTensor } from '../engine/storage/print';

// Shapes and numbers on the host: sizes of shapes, float16 as bits, elements that users write down, halves that are rounded.

export { fromHalf, toHalf, toHalves } from '../engine/core/half';
export { contiguousStrides, isFloat, numel as numelOf, sameShape, showShape } from '../engine/core/meta';
export { roundHalfEven } from '../engine/core/round-half-even';
export { broadcastShapes as broadcastOf } from '../engine/ops/shape/broadcast';
export { hostFloats } from '../engine/storage/allocate';
export { expectDevice, webgpu } from '../engine/storage/device';
export { expectDType } from '../engine/storage/host-data';
export { evenly } from './tensor/creation/evenly';

// Calls that are watched: exporters, summaries and explainers follow a network through its modules and operations.

export { type CallWatcher, calls, noteCalls, readHere, watchedBy } from '../engine/core/calls';
export { placeOf } from '../engine/graph/places';
export { Callable, callOf, expectTensors, inputs } from './nn/module/callable-object';
export { type Interceptor, intercepted } from './nn/module/intercept';
export { FieldTracker, type ReceptiveField } from './nn/summary/receptive-field';

// Inner parts of modules: the class behind nn.Module, the parts of layers, and running a network in a mode for a while.

export { readAt } from './nn/functional/grid-sample';
export { checkReduction } from './nn/functional/reduction';
export { Layer, UnaryLayer } from './nn/layers/layer';
export { pair, type Size2d } from './nn/layers/sizes';
export { withBackward } from './nn/module/backward-hooks';
export { isGuarded } from './nn/module/guard';
export { inMode } from './nn/module/in-mode';
export { Module } from './nn/module/module';
export { convert } from './nn/module/parameter';
export { className } from './nn/module/run-call';
export { stateMembers } from './nn/module/state-dict';

// Backwards that stop before each call of a user's code, which may be Python's and wait.

export * as backwards from './autograd/backwards';

// Values without a tensor around them, for operations that a door defines or fuses itself, and the switches under which
// they are recorded.

export { mode as recordingMode, withMode } from '../engine/graph/mode';
export { expectFloat, expectNumber, fromHost } from '../engine/graph/record';
export { currentScope } from '../engine/graph/roots';
export { sameAttrs } from '../engine/graph/signature';
export type { Node, Value } from '../engine/graph/value';
export { withGradient } from '../engine/ops/custom';
export { Storage } from '../engine/storage/storage';
export { knownNumbers } from './tensor/reading/known-numbers';
export { valuesAtHand } from './tensor/reading/shown';
export { kinds as tensorClasses } from './tensor/types/tensor-classes';

// The flush: doors that do work on the host say when to compute, how far ahead they may run, and what to forget.

export { engine } from '../engine/compiler/engine';
export { backpressure, flush } from '../engine/graph/flush';
export { undone } from '../engine/graph/journal';
export { withoutRunning } from '../engine/graph/without-running';

// Memory: which tensors live as long as the objects of a door, what is restored after a lost device, and state that
// survives awaits.

export { CarriedPromise, carried } from '../engine/storage/carried';
export { protect } from '../engine/storage/protect';
export { snapshotIfDue } from '../engine/storage/snapshot';
export { holdsTensors, moduleScope, scopesInTurn } from './tensor/scope';

// Random numbers, drawn on the host from the generator that the user seeds.

export { binomial as drawBinomial, poisson as drawPoisson } from '../engine/storage/random/counts';
export {
  fillBernoulli,
  fillNormal,
  fillRandint,
  fillUniform,
  randomInt64,
  randperm as drawPermutation,
  uniform53,
} from '../engine/storage/random/distributions';
export { dirichlet, gamma } from '../engine/storage/random/gamma';
export { defaultGenerator, withDefaultGenerator } from '../engine/storage/random/generator';
export { weightedIndices } from '../engine/storage/random/weighted';

// Operations on batches of rows and of pictures, with parameters for each picture as data: for vision and metrics. The
// exporter of ONNX writes the weights of `tapsAt` out.

export { deformColumns } from '../engine/ops/conv/deform-conv';
export {
  gatherBytes,
  gatherRows,
  labelsWithin,
  numbersWithout,
  scatterAddIntoZeros,
} from '../engine/ops/indexing/indexing';
export { captured } from '../engine/ops/pictures/captured';
export { suppressed } from '../engine/ops/pictures/nms';
export { paint, SHAPE_FIELDS, Shape as PaintedShape } from '../engine/ops/pictures/paint';
export { pictureWindow } from '../engine/ops/pictures/pictures';
export { Recolor, recolor } from '../engine/ops/pictures/recolor';
export { roiAlign, roiPoolPlaces } from '../engine/ops/pictures/regions';
export { tapsAt } from '../engine/ops/pictures/resample-bytes';
export { fitPictures, resizeBoxes } from '../engine/ops/pictures/resized';
export { showChannels } from '../engine/ops/pictures/shown';
export { warpBytes, warpPlaces } from '../engine/ops/pictures/warp';
export { ofDataSet } from '../engine/ops/together';

// Operations that doors need and users do not call directly. Exporters read their attributes.

export type { OpAttrs } from '../engine/ops/attributes';
export { convNd } from '../engine/ops/conv/conv-nd';
export { implicitSlope } from '../engine/ops/pointwise/implicit';
export { countOf } from '../engine/ops/pooling/window-attrs';
export { frozenBatchNorm } from '../engine/ops/reduction/batch-norm';
export { identity } from '../engine/ops/shape/cast';

// Plots: where they appear if they were given no canvas.

export { display, type PlotCanvas } from './runtime/display';

// Files: readers and writers of bytes, archives and pickles, wherever they are stored.

export { fileSystem, writeFileAtomically } from '../engine/gpu/node';
export { beside } from './io/beside';
export { answerOf, byteSource, describeSource, inflate, joined, readBytes } from './io/bytes';
export { loadDownloads } from './io/download/late';
export { elementBytes, elementsAsBytes, hostArray, readElements } from './io/elements';
export { kindOfFile } from './io/file-kinds';
export { computesHalf } from './io/half';
export { loadInflate } from './io/late-inflate';
export { readNpyHeader } from './io/npy/npy';
export { orAborted } from './io/or-aborted';
export { unpickleArrays } from './io/pickle/pickled-arrays';
export { decodeStorage } from './io/pytorch/dtypes';
export type { Reader } from './io/random-access';
export { openReader } from './io/reader';
export { checkTarget, targetName, writeTo } from './io/target';
export { crc32 } from './io/zip/crc32';
export { defaultMaxBytes, openZip } from './io/zip/zip';

// Data sets: indices, rows, and workers that read ahead.

export { drawnIn, indexIn, indicesIn } from './data/arguments';
export { resolveIndex } from './data/dataset';
export { fromText, toText } from './data/generator-text';
export { inTurn } from './data/turns';
export { endpoint } from './data/worker/endpoint';
export { workerElseHere } from './data/worker/here';
export { serveCopies } from './data/worker/serve-copies';
export { threadOf } from './data/worker/thread';

// Threads, and watching gradients across them.

export { watchForAnomalies } from './autograd/anomaly';
export { conversionsOf } from './autograd/autocast';
export { classesOf, knownOf } from './crossing/failure';
export type { TensorNumbers } from './crossing/hand-over';
export { loadHostTensors } from './crossing/late';
