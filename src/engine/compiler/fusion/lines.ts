// The lines of kernel sources that fusion replaces by pointwise expressions.
import type { Pass } from '../ir';

/**
 * The lines of a kernel that store to its first output, which an epilogue replaces: by one element or by four, each as
 * written in a kernel of floats and in a kernel for any element type.
 */
export const storeLines = {
  1: {
    floats: 'fn store(at: u32, value: f32) { y[at] = value; }',
    any: 'fn store(at: u32, value: Element) { y[at] = value; }',
  },
  4: {
    floats: 'fn store4(at: u32, value: vec4f) { y4[at] = value; }',
    any: 'fn store4(at: u32, value: Quad) { y4[at] = value; }',
  },
} as const;

/** The declarations of the outputs that these lines store to, split around the element type. */
export const storeDeclarations = {
  1: /(var<storage, read_write> y: array)<\w+(>|,)/,
  4: /(var<storage, read_write> y4: array)<(?:\w+|vec4<f32>)(>|,)/,
} as const;

/**
 * The function that a kernel calls before a run of elements of one stage. The loads that these elements share replace
 * it.
 */
export const stageLine = 'fn stage(at: u32) {}';

const isOfFloats = ({ source }: Pass): boolean => source.some((text) => text.includes('alias Element = f32;'));

/** The line through which a pooling kernel passes each result before it is pooled. An epilogue may replace it. */
export const finishLine = 'fn outputs_finish(at: u32, value: f32) -> f32 { return value; }';

/** The lines of a kernel that load from its first input, which a prologue replaces: by one element or by four. */
export const loadLines = {
  1: {
    function: 'fn load(at: u32) -> Element { return x[at]; }',
    declaration: /@group\(0\) @binding\(0\) var<storage, read> x: array<[^;]*;/,
  },
  4: {
    function: 'fn load4(at: u32) -> Quad { return x4[at]; }',
    declaration: /@group\(0\) @binding\(0\) var<storage, read> x4: array<[^;]*;/,
  },
} as const;

/** The entry points that load elements in fours, and those that store in fours. */
const loadInFours = new Set(['along', 'across', 'wide_along', 'quads']);
const storeInFours = new Set(['across', 'quads']);

export const loadLanes = ({ entry = 'main' }: Pass): 1 | 4 => (loadInFours.has(entry) ? 4 : 1);
export const storeLanes = ({ entry = 'main' }: Pass): 1 | 4 => (storeInFours.has(entry) ? 4 : 1);

/** Whether a pass stores through the line that an epilogue can replace. */
export function takesEpilogue(pass: Pass): boolean {
  const { floats, any } = storeLines[storeLanes(pass)];
  const stores = (text: string) => text.includes(floats) || (text.includes(any) && isOfFloats(pass));
  return !pass.extras && pass.source.some(stores);
}

/** Whether a pass loads a float through the line that a prologue can replace. */
export const takesPrologue = (pass: Pass): boolean =>
  !pass.extras && pass.source.some((text) => text.includes(loadLines[loadLanes(pass)].function)) && isOfFloats(pass);
