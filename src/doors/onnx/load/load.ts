// onnx.load: reads a file, and builds the network that it describes.
import { type ByteSource, FileFormatError, type Tensor } from '../../../torch';
import {
  type Arguments,
  byteSource,
  computesHalf,
  defaultMaxBytes,
  inflate,
  isPlainObject,
  kindOfFile,
  openReader,
  orAborted,
  parseArgs,
  type Reader,
  kinds as torchKinds,
} from '../../../torch/inside';
import { type DecodedModel, decodeModel } from '../proto/decode';
import type { ModelMessage } from '../proto/messages';
import { functionsOf } from './check';
import { decidingInputs } from './deciding';
import { type ExternalData, readExternal } from './external';
import { GraphBuilder } from './graph';
import { expectInputType } from './input-types';
import { shapeOf } from './inputs';
import { OnnxModule } from './module';
import { operators } from './operators';
import { widen } from './widened';

/** How much of the file has arrived. */
export interface OnnxProgress {
  /** Bytes that have arrived. */
  readonly done: number;
  readonly total: number;
}

/** Options of `load`. */
export interface OnnxLoadOptions {
  /** Called as the bytes of the file arrive. */
  onProgress?: ((progress: OnnxProgress) => void) | null;
  /** Aborts loading. */
  signal?: AbortSignal | null;
  /**
   * Files with the model's weights, by the names that the model gives them. Other files are looked for beside the
   * model.
   */
  externalData?: ExternalData | null;
}

interface LoadArguments extends OnnxLoadOptions {
  /** The model. External data is read from files beside it. */
  source: ByteSource;
}

const files: torchKinds.Kind = {
  words: 'an object of sources by file name',
  fits: (value) => isPlainObject(value) && Object.values(value).every(byteSource.fits),
};

const kinds: torchKinds.Kinds<LoadArguments> = {
  source: byteSource,
  onProgress: torchKinds.orNull(torchKinds.callback),
  externalData: torchKinds.orNull(files),
};

/**
 * Loads an ONNX model from an address or path, a `File`, a `Blob`, or bytes. Returns an `nn.Module` in `eval()` mode,
 * for inference and further training.
 *
 *     const model = await onnx.load('resnet18.onnx', { onProgress: ({ done, total }) => bar.set(done / total) });
 *     const logits = model(torch.randn(1, 3, 224, 224));
 *     model.fc = new nn.Linear(512, 2);   // and train it
 *
 * If a model has several outputs, give the type of a list: `onnx.load<Tensor[]>(…)`. Opset 7 and later are supported.
 * Functions are inlined, nodes that depend only on constants are computed once, and quantised models run in float.
 * float64, bfloat16 and float8 become float32, and so does float16 if the device does not support it; int64 is held in
 * 32 bits.
 *
 * @throws FileFormatError if the file is damaged, or needs something unsupported; the error names all unknown operators
 * @throws FetchError if a file cannot be read
 */
export async function load<Result = Tensor>(
  ...args: Arguments<LoadArguments, ['source', 'onProgress', 'signal', 'externalData']>
): Promise<OnnxModule<Result>> {
  const o = parseArgs<LoadArguments>(
    'onnx.load',
    ['source'],
    { onProgress: null, signal: null, externalData: null },
    args,
    kinds,
  );
  const { source, onProgress, signal } = o;
  signal?.throwIfAborted();
  const reader = await opened(source, signal);
  try {
    const model = modelIn(await bytesOf(reader, onProgress, signal), reader.name);
    await readExternal(model.graph, model.functions, { source, files: o.externalData ?? {}, signal });
    signal?.throwIfAborted();
    return buildModule<Result>(model, await computesHalf());
  } finally {
    await reader.close();
  }
}

async function opened(source: ByteSource, signal: AbortSignal | null | undefined): Promise<Reader> {
  const opening = openReader(source);
  try {
    return await orAborted(opening, signal);
  } catch (error) {
    // The server may still answer after the abort; then the reader is closed.
    opening.then(
      (reader) => reader.close(),
      () => undefined,
    );
    throw error;
  }
}

/** Files up to this many bytes are read at once; larger ones in parts, so that progress can be reported. */
const PART = 2 ** 22;

async function bytesOf(
  reader: Reader,
  onProgress: LoadArguments['onProgress'],
  signal: AbortSignal | null | undefined,
): Promise<Uint8Array> {
  const { size } = reader;
  const tell = (done: number) => onProgress?.({ done, total: size });
  const read = (start: number, end: number) => orAborted(reader.read(start, end), signal);
  const whole = onProgress === null || size <= PART ? await read(0, size) : new Uint8Array(size);
  for (let start = 0; start < size && whole.length > PART && onProgress; start += PART) {
    const end = Math.min(size, start + PART);
    whole.set(await read(start, end), start);
    tell(end);
  }
  if (size <= PART) tell(size);
  const isGzip = whole[0] === 0x1f && whole[1] === 0x8b && whole[2] === 8;
  return isGzip ? inflate(whole, 'gzip', () => defaultMaxBytes(size), reader.name) : whole;
}

/** Decodes the model from bytes. */
function modelIn(bytes: Uint8Array, name: string): ModelMessage {
  let decoded: DecodedModel;
  try {
    decoded = decodeModel(bytes, name);
  } catch (cause) {
    throw otherKind(bytes, name) ?? cause;
  }
  const { graph, ...rest } = decoded;
  if (graph && rest.irVersion > 0) return { ...rest, graph };
  throw (
    otherKind(bytes, name) ??
    new FileFormatError(
      `${name}: expected an ONNX model, but it has ${graph ? 'no ir_version' : 'no graph'}; export it anew, with torch.onnx.export`,
    )
  );
}

/** The error for bytes that are recognised as another kind of file; else null. */
function otherKind(bytes: Uint8Array, name: string): FileFormatError | null {
  const kind = kindOfFile(bytes.subarray(0, 512));
  if (!kind || kind.name === 'an ONNX model') return null;
  const remedy = kind.holdsTensors
    ? '; read its weights with torch.load, or export the model with torch.onnx.export'
    : '';
  return new FileFormatError(`${name}: expected an ONNX model, but got ${kind.name}${remedy}`);
}

/** Builds the network of a model. With `half: false`, float16 becomes float32. */
export function buildModule<Result = Tensor>(model: ModelMessage, half: boolean): OnnxModule<Result> {
  if (!half) widen(model);
  const { graph, producerName, producerVersion } = model;
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const given = graph.inputs.filter(({ name }) => !constants.has(name));
  const inputs = given.map((value) => ({
    name: value.name,
    shape: shapeOf(value.shape),
    dtype: expectInputType(value, half),
  }));
  const outputs = graph.outputs.map(({ name }) => name);
  const module = new OnnxModule<Result>(inputs, outputs, { name: producerName, version: producerVersion });
  const builder = new GraphBuilder(model, module, operators, half);
  const plan = builder.build(inputs.map(({ name, shape }) => ({ name, rank: shape?.length ?? null })));
  const decide = decidingInputs(graph, functionsOf(model.functions));
  module.setPlan(
    plan,
    given.map(({ name, dataType }) => ({ type: dataType, decides: decide.has(name) })),
  );
  module.eval();
  return module;
}
