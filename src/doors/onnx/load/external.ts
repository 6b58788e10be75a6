// Tensors whose bytes are in files beside the model (external data).
import { type ByteSource, FileFormatError } from '../../../torch';
import { beside, openReader, orAborted, type Reader, shown } from '../../../torch/inside';
import type { FunctionMessage, GraphMessage, NodeMessage, TensorMessage } from '../proto/messages';
import { bytesOfData, tensorTitle } from './tensors';

/** The external files, by the names that the model gives them. */
export type ExternalData = Readonly<Record<string, ByteSource>>;

/** Calls `visit` with each tensor of the nodes, including those in nested graphs. */
function visitNodes(nodes: readonly NodeMessage[], visit: (tensor: TensorMessage) => void): void {
  for (const { attributes } of nodes) {
    for (const { t, tensors = [], g, graphs = [] } of attributes) {
      for (const tensor of t ? [t, ...tensors] : tensors) visit(tensor);
      for (const graph of g ? [g, ...graphs] : graphs) visitGraph(graph, visit);
    }
  }
}

function visitGraph(graph: GraphMessage, visit: (tensor: TensorMessage) => void): void {
  graph.initializers.forEach(visit);
  visitNodes(graph.nodes, visit);
}

/** Where the model is, and the external files that the caller gave. */
interface Place {
  readonly source: ByteSource;
  readonly files: ExternalData;
  /** Also aborts the reading of a file. */
  readonly signal: AbortSignal | null;
}

/**
 * Reads the bytes of all tensors in external files, and only those bytes.
 *
 * @throws FileFormatError if a file is outside the model's folder, or a tensor extends beyond the end of its file
 * @throws FetchError if a file cannot be read
 */
export async function readExternal(
  graph: GraphMessage,
  functions: readonly FunctionMessage[],
  place: Place,
): Promise<void> {
  const wanted: TensorMessage[] = [];
  const visit = (tensor: TensorMessage) => void (tensor.external && wanted.push(tensor));
  visitGraph(graph, visit);
  for (const { nodes } of functions) visitNodes(nodes, visit);
  const readers = new Map<string, Reader>();
  try {
    for (const tensor of wanted) {
      place.signal?.throwIfAborted();
      tensor.raw = await readTensor(tensor, readers, place);
    }
  } finally {
    for (const reader of readers.values()) await reader.close();
  }
}

async function readTensor(tensor: TensorMessage, readers: Map<string, Reader>, place: Place): Promise<Uint8Array> {
  const location = tensor.external?.location ?? '';
  const needed = bytesOfData(tensor);
  const start = wholeNumber(tensor, 'offset') ?? 0;
  const length = wholeNumber(tensor, 'length') ?? needed;
  if (length !== needed) {
    throw new FileFormatError(
      `${tensorTitle(tensor)}: expected ${needed} bytes for its shape, but ${shown(location)} has ${length} of it`,
    );
  }
  let reader = readers.get(location);
  if (!reader) {
    reader = await openReader(fileOf(tensor, location, place), { ranges: true });
    readers.set(location, reader);
  }
  return orAborted(reader.read(start, start + length), place.signal);
}

function wholeNumber(tensor: TensorMessage, key: string): number | null {
  const text = tensor.external?.[key];
  if (text === undefined) return null;
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new FileFormatError(`${tensorTitle(tensor)}: expected a whole number as ${key}, but got ${shown(text)}`);
}

function fileOf(tensor: TensorMessage, location: string, { source, files }: Place): ByteSource {
  const given = Object.hasOwn(files, location) ? files[location] : undefined;
  if (given !== undefined) return given;
  const file = location.replace(/^\.\//, '');
  return beside(
    source,
    file,
    `onnx.load: expected the address or path of the model, as tensor '${tensor.name}' stands in ${shown(file)} beside it; give that file: externalData: { ${shown(file)}: … }`,
    `${tensorTitle(tensor)}: expected its data in a file beside the model, but got ${shown(location)}; give that file by this name in externalData`,
  );
}
