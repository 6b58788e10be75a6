// GroupNorm as PyTorch exports it before version 21: InstanceNormalization of groups between two Reshapes, then a
// weight and a bias.
import { nn } from '../../../../torch';
import { type Known, Weight } from '../known';
import { HostArray } from '../values';
import { fill, type LayerNode, type NextNode, pathOf, type Rule, rounded } from './layer';

/** Whether all `count` numbers equal `number`. */
function isFilled(known: Known | null | undefined, count: number, number: number): boolean {
  const host = known instanceof Weight ? known.host : known;
  return host instanceof HostArray && host.numel === count && Array.from(host.data).every((each) => each === number);
}

/** The weight per channel, [C] or [C, 1, …], that the next node adds to or multiplies with its input. */
function perChannel(next: NextNode | null, opType: string): Weight | null {
  if (next?.node.opType !== opType || next.node.domain !== '' || next.known.length !== 2) return null;
  const weight = next.known.find((known) => known instanceof Weight);
  if (!(weight instanceof Weight) || weight.shape.length < 2 || weight.shape.slice(1).some((size) => size !== 1))
    return null;
  const [source] = weight.derivation?.inputs ?? [];
  return source instanceof Weight && source.shape.length === 1 ? source : weight.reshaped([weight.shape[0]!]);
}

/** Whether the second Reshape restores the shape from before the first. */
function undoes(node: LayerNode, { node: back, known }: NextNode, channels: number): boolean {
  const [, shape] = known;
  if (shape instanceof HostArray) {
    const rank = node.rank(0);
    return shape.numel >= 3 && shape.data[1] === channels && (rank === null || shape.numel === rank);
  }
  const maker = node.around.producerOf(back.inputs[1] ?? '');
  return maker?.opType === 'Shape' && maker.attributes.length === 0 && maker.inputs[0] === node.node.inputs[0];
}

const Reshape: Rule = (node) => {
  const [, shape] = node.known;
  if (!node.isFed(0) || !(shape instanceof HostArray) || shape.numel !== 3) return null;
  const [batch, groups, rest] = Array.from(shape.data) as [number, number, number];
  const norm = node.next;
  if (batch !== 0 || rest !== -1 || groups < 1 || norm?.node.opType !== 'InstanceNormalization') return null;
  if (!isFilled(norm.known[1], groups, 1) || !isFilled(norm.known[2], groups, 0)) return null;
  const back = node.around.nextOf(norm.node);
  const scale = back?.node.opType === 'Reshape' ? node.around.nextOf(back.node) : null;
  const weight = perChannel(scale, 'Mul');
  const shift = weight && node.around.nextOf(scale!.node);
  const bias = perChannel(shift, 'Add');
  const [channels = 0] = weight?.shape ?? [];
  if (!weight || bias?.shape[0] !== channels || channels % groups !== 0) return null;
  if (!undoes(node, back!, channels)) return null;
  const epsilon = norm.node.attributes.find(({ name }) => name === 'epsilon')?.f ?? 1e-5;
  const module = new nn.GroupNorm({ numGroups: 1, numChannels: 1, eps: rounded(epsilon) });
  Object.assign(module, { numGroups: groups, numChannels: channels });
  fill(module, { weight, bias });
  const takes = [norm, back!, scale!, shift!].map((next) => next.node);
  return { module, path: pathOf(weight, bias), rank: node.rank(0), takes };
};

export const groupNormRules: Readonly<Record<string, Rule>> = { Reshape };
