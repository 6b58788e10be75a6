// What a module of SPIR-V says of itself that its assembly does not: the size of its workgroups.

const OP_EXECUTION_MODE = 16;
const OP_CONSTANT = 43;
const OP_CONSTANT_COMPOSITE = 44;
const OP_DECORATE = 71;
const OP_EXECUTION_MODE_ID = 331;
const LOCAL_SIZE = 17;
const LOCAL_SIZE_ID = 38;
const BUILT_IN = 11;
const WORKGROUP_SIZE = 25;

/** Invocations of a workgroup in each direction. */
export function workgroupSize(bytes: Uint8Array): readonly [number, number, number] {
  const words = new Uint32Array(Uint8Array.from(bytes).buffer);
  const constants = new Map<number, number>();
  const composites = new Map<number, readonly number[]>();
  let size: readonly number[] = [1, 1, 1];
  let sized: number | undefined;
  for (let at = 5; at < words.length; ) {
    const [length, op] = [words[at]! >>> 16, words[at]! & 0xffff];
    const [a = 0, b = 0, c = 0, ...rest] = words.subarray(at + 1, at + length);
    if (op === OP_EXECUTION_MODE && b === LOCAL_SIZE) size = [c, ...rest];
    if (op === OP_EXECUTION_MODE_ID && b === LOCAL_SIZE_ID) size = [c, ...rest].map((id) => constants.get(id) ?? 1);
    if (op === OP_CONSTANT) constants.set(b, c);
    if (op === OP_CONSTANT_COMPOSITE) composites.set(b, [c, ...rest]);
    if (op === OP_DECORATE && b === BUILT_IN && c === WORKGROUP_SIZE) sized = a;
    at += Math.max(1, length);
  }
  const parts = sized === undefined ? undefined : composites.get(sized);
  const [x = 1, y = 1, z = 1] = parts?.map((id) => constants.get(id) ?? 1) ?? size;
  return [x, y, z];
}
