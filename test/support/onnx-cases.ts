// ONNX's own node tests, and further cases beside onnxruntime, run one by one.
import { gunzipSync } from 'node:zlib';
import { Call, operatorKey } from '../../src/doors/onnx/load/call';
import { tensorOf } from '../../src/doors/onnx/load/convert';
import { noteType, typeName } from '../../src/doors/onnx/load/element-type';
import { operators } from '../../src/doors/onnx/load/operators';
import { applied } from '../../src/doors/onnx/load/plan';
import { hostArrayOf } from '../../src/doors/onnx/load/tensors';
import { type HostArray, type OnnxValue, Sequence } from '../../src/doors/onnx/load/values';
import { decodeModel } from '../../src/doors/onnx/proto/decode';
import { DATA, type GraphMessage, type NodeMessage, type TensorMessage } from '../../src/doors/onnx/proto/messages';
import { engine } from '../../src/engine/compiler/engine';
import { LamplightError } from '../../src/engine/core/errors';
import { arange } from '../../src/torch/tensor/creation/creation';
import { Tensor } from '../../src/torch/tensor/tensor';
import { refusalOf } from './onnx-refusals';

/** A node, its inputs, and the outputs that ONNX's reference gives. */
export interface Case {
  readonly name: string;
  readonly rtol: number;
  readonly atol: number;
  readonly opset: number;
  readonly node: NodeMessage;
  readonly graph: GraphMessage;
}

/** All cases of a file. */
export function readCases(packed: Uint8Array): Case[] {
  const bytes = new Uint8Array(gunzipSync(packed));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cases: Case[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at, true);
    cases.push(caseOf(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return cases;
}

function caseOf(bytes: Uint8Array): Case {
  const { graph, metadata, opsets } = decodeModel(bytes, 'case');
  const notes = Object.fromEntries(metadata.map(({ key, value }) => [key, value]));
  return {
    name: notes.name!,
    rtol: Number(notes.rtol),
    atol: Number(notes.atol),
    opset: opsets.find(({ domain }) => domain === '')!.version,
    node: graph!.nodes[0]!,
    graph: graph!,
  };
}

/** How a case ends: with the expected outputs (null), by a refusal that is expected, or otherwise. */
export type Outcome = { readonly refused: string } | { readonly failed: string } | null;

/** Runs a case with its inputs as tensors, or as arrays on the host. */
export async function runCase(test: Case, onHost: boolean): Promise<Outcome> {
  const refusal = refusalOf(test.name);
  try {
    const differs = await compare(test, onHost);
    if (differs === null) return refusal === null ? null : { failed: `passed, but is listed as refused: ${refusal}` };
    return { failed: differs };
  } catch (error) {
    const text = (error as Error).stack ?? String(error);
    if (!(error instanceof LamplightError)) return { failed: `not a typed error: ${text}` };
    return refusal === null ? { failed: text } : { refused: refusal };
  }
}

/** What differs from the expected outputs; null for nothing. */
async function compare(test: Case, onHost: boolean): Promise<string | null> {
  const { node, graph, opset } = test;
  const inputs = inputsOf(test, onHost);
  const outputs = applied(operators[operatorKey(node)]!, new Call(node, opset, inputs, false));
  for (const [k, { name }] of graph.outputs.entries()) {
    const got = outputs[node.outputs.indexOf(name)] ?? null;
    if (got === null) return `output '${name}' is missing`;
    const wanted = tensorsNamed(graph, `expected/${k}`);
    const items = got instanceof Sequence ? got.items : [got];
    if (items.length !== wanted.length) return `output '${name}': expected ${wanted.length} items, got ${items.length}`;
    for (const [j, item] of items.entries()) {
      const differs = await difference(test, item, wanted[j]!);
      if (differs) return `output '${name}': ${differs}`;
    }
  }
  return null;
}

const tensorsNamed = ({ initializers }: GraphMessage, name: string): TensorMessage[] =>
  initializers.filter((tensor) => tensor.name === name || tensor.name.startsWith(`${name}/`));

/** Whether the device computes with float16; elsewhere it becomes float32, as when a model is loaded. */
const half = (): boolean => engine.profile?.features.has('shader-f16') ?? false;

function givenOf(graph: GraphMessage, i: number, onHost: boolean): OnnxValue | null {
  const tensors = tensorsNamed(graph, `given/${i}`).map((tensor) => {
    const host = hostArrayOf(tensor, { half: half() });
    return onHost ? host : noteType(tensorOf(host), tensor.dataType);
  });
  if (graph.inputs[i]!.kind === 'sequence') return new Sequence(tensors);
  return tensors[0] ?? null;
}

/** Operators whose numbers are drawn: of these the shape and the type are compared. */
const drawn = (name: string): boolean => /^(bernoulli|training_dropout)/.test(name) && !name.includes('zero_ratio');

/** Types of fewer digits than those in which ONNX's reference computes. */
const coarse: Readonly<Record<number, number>> = { [DATA.float16]: 4e-3, [DATA.bfloat16]: 1e-2 };

async function difference(test: Case, got: Tensor | HostArray, wanted: TensorMessage): Promise<string | null> {
  const want = hostArrayOf(wanted, { half: half() });
  if (got.shape.join() !== want.shape.join()) return `expected shape [${want.shape}], but got [${got.shape}]`;
  if (got.dtype !== want.dtype) {
    return `expected ${typeName(wanted.dataType)} as ${want.dtype}, but got ${got.dtype}`;
  }
  const numbers = got instanceof Tensor ? Array.from(await got.data(), Number) : Array.from(got.data);
  if (drawn(test.name)) return null;
  const least = coarse[wanted.dataType] ?? 0;
  const [rtol, atol] = [Math.max(test.rtol, least), Math.max(test.atol, least / 2, 1e-5)];
  const at = numbers.findIndex((x, i) => !isClose(x, want.data[i]!, rtol, atol));
  return at < 0 ? null : `at ${at} expected ${want.data[at]}, but got ${numbers[at]}`;
}

function isClose(x: number, y: number, rtol: number, atol: number): boolean {
  return x === y || (Number.isNaN(x) && Number.isNaN(y)) || Math.abs(x - y) <= atol + rtol * Math.abs(y);
}

/** The inputs of a case, in the order of the node's: as tensors, or as arrays on the host. */
export function inputsOf({ node, graph }: Case, onHost: boolean): (OnnxValue | null)[] {
  const byName = new Map(graph.inputs.map(({ name }, i) => [name, givenOf(graph, i, onHost)]));
  return node.inputs.map((name) => byName.get(name) ?? null);
}

/** Fixed numbers of a tensor's shape, of both signs. */
export const weightOf = (y: Tensor): Tensor =>
  arange(y.numel())
    .mul(0.7)
    .add(0.3)
    .sin()
    .reshape([...y.shape]);

/** Lists of those with one key. */
export function groupedBy<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}
