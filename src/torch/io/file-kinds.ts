// Recognises files by their first bytes. It knows the kinds of files that users often pass where safetensors is
// expected.

interface Kind {
  readonly magic: readonly number[];
  /** The offset of the magic bytes; default 0. */
  readonly at?: number;
  readonly name: string;
  /** Whether PyTorch or NumPy can read such files, so that they can be converted. */
  readonly holdsTensors?: boolean;
}

const text = (magic: string): number[] => [...magic].map((letter) => letter.charCodeAt(0));

const kinds: readonly Kind[] = [
  {
    magic: [0x50, 0x4b, 3, 4],
    name: 'a zip archive, as torch.save in PyTorch writes .pt and .pth files, and NumPy .npz files',
    holdsTensors: true,
  },
  { magic: [0x50, 0x4b, 5, 6], name: 'an empty zip archive' },
  { magic: [0x93, ...text('NUMPY')], name: 'a NumPy array, as numpy.save writes .npy files', holdsTensors: true },
  { magic: [0x89, 0x48, 0x44, 0x46], name: 'an HDF5 file, as Keras writes .h5 files', holdsTensors: true },
  { magic: text('GGUF'), name: 'a GGUF file, as llama.cpp reads', holdsTensors: true },
  { magic: text('TFL3'), at: 4, name: 'a TensorFlow Lite model' },
  { magic: [0x08], name: 'an ONNX model' },
  { magic: [0x1f, 0x8b], name: 'a gzip archive' },
  { magic: text('BZh'), name: 'a bzip2 archive' },
  { magic: [0xfd, ...text('7zXZ')], name: 'an xz archive' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], name: 'a Zstandard archive' },
  {
    magic: text('ustar'),
    at: 257,
    name: 'a tar archive, as PyTorch before 0.1.10 wrote .pt files',
    holdsTensors: true,
  },
  { magic: [0x89, ...text('PNG')], name: 'a PNG image' },
  { magic: [0xff, 0xd8, 0xff], name: 'a JPEG image' },
  { magic: text('GIF8'), name: 'a GIF image' },
  { magic: text('WEBP'), at: 8, name: 'a WebP image' },
  { magic: text('WAVE'), at: 8, name: 'a WAV recording' },
  { magic: text('%PDF'), name: 'a PDF document' },
  { magic: [0, 0, 8], name: "an IDX file, as MNIST's images and labels are" },
];

/** The number of bytes that decide whether a file is text. */
const LOOK = 512;

/**
 * A short description of a file, judging by its bytes, and whether it holds tensors that can be converted; null for an
 * unknown kind.
 */
export function kindOfFile(bytes: Uint8Array): { readonly name: string; readonly holdsTensors: boolean } | null {
  if (bytes.length === 0) return { name: 'an empty file', holdsTensors: false };
  if (isPickle(bytes)) {
    return { name: 'a Python pickle, as older versions of PyTorch wrote .pt and .pth files', holdsTensors: true };
  }
  // Bytes 4 to 7 are 0 in a safetensors file, which begins with its header's length. The first four may then be any
  // bytes, even those of another kind.
  const isLength = bytes.length > 8 && bytes.subarray(4, 8).every((byte) => byte === 0);
  const kind = kinds.find(({ magic, at = 0, name }) => {
    if (isLength && magic.length < 4) return false;
    if (!magic.every((byte, i) => bytes[at + i] === byte)) return false;
    return name !== 'an ONNX model' || isOnnx(bytes);
  });
  return kind ? { name: kind.name, holdsTensors: kind.holdsTensors === true } : kindOfText(bytes);
}

/**
 * A pickle begins with its protocol and an opcode. Read as the length of a safetensors header, these bytes would be an
 * unusual length, above 2²³.
 */
function isPickle(bytes: Uint8Array): boolean {
  const [first, protocol, opcode] = bytes as unknown as readonly [number, number, number];
  return first === 0x80 && protocol >= 2 && protocol <= 5 && [0x8a, 0x7d, 0x63, 0x95, 0x5d, 0x28].includes(opcode);
}

/**
 * An ONNX file begins with its version, a field of a protocol buffer, followed by the name of its producer, the next
 * field.
 */
const isOnnx = (bytes: Uint8Array): boolean =>
  bytes.length > 8 && bytes[1]! < 32 && bytes[2] === 0x12 && bytes[7] !== 0;

/**
 * Text is recognised by its characters; a safetensors file begins with a number of eight bytes, whose upper bytes are
 * 0.
 */
function kindOfText(bytes: Uint8Array): { readonly name: string; readonly holdsTensors: false } | null {
  const head = bytes.subarray(0, LOOK);
  if (head.some((byte) => byte < 9 || (byte > 13 && byte < 32))) return null;
  let letters: string;
  try {
    // The last character may be incomplete.
    letters = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    return null;
  }
  const start = letters.replace('\ufeff', '').trimStart().toLowerCase();
  const name = /^(<!doctype html|<html|<head)/.test(start)
    ? 'an HTML page, as servers answer where there is no such file'
    : start.startsWith('<')
      ? 'an XML file'
      : start.startsWith('version https://git-lfs')
        ? 'a pointer of Git LFS, not the file that it stands for'
        : /^[[{]/.test(start)
          ? 'JSON'
          : 'text';
  return { name, holdsTensors: false };
}
