// Draws whose number of random numbers depends on the parameters' values. They are made on the host, once the values
// are known there.
import { type Generator, isGradEnabled, type Shape, Tensor, tensor } from '../../torch';
import {
  defaultGenerator,
  fromHost,
  hostFloats,
  implicitSlope,
  numelOf as numel,
  valuesAtHand,
  withGradient,
} from '../../torch/inside';

/** The elements of a parameter that is broadcast to `shape`, as float32. */
async function elements(x: Tensor, shape: Shape): Promise<Float32Array> {
  const read = tensor(new Float32Array(await x.data()), [...x.shape]);
  return Float32Array.from(valuesAtHand(read.expand(shape))!);
}

/**
 * Calls `draw` with the parameters' values: immediately if the host knows them, so that draws follow the order of the
 * calls; otherwise after the values have been read back.
 */
async function whenKnown<T>(
  parameters: readonly Tensor[],
  shape: Shape,
  draw: (values: readonly Float32Array[]) => T,
): Promise<T> {
  const known = parameters.map((x) => valuesAtHand(x.expand(shape)));
  if (known.every((values) => values !== null)) return draw(known.map((values) => Float32Array.from(values)));
  const inputs = parameters.map((x) => x.detach());
  return draw(await Promise.all(inputs.map((x) => elements(x, shape))));
}

const onHost = (numbers: Float32Array, shape: Shape, like: Tensor): Tensor =>
  Tensor.of(fromHost(numbers, shape, 'float32')).to(like.dtype);

/** Draws a number for each element, using the parameters' values for that element. The result has no gradient. */
export function drawnCounts(
  parameters: readonly Tensor[],
  shape: Shape,
  draw: (values: readonly number[], generator: Generator) => number,
): Promise<Tensor> {
  return whenKnown(parameters, shape, (values) => {
    const generator = defaultGenerator();
    const numbers = hostFloats(numel(shape)).map((_, i) =>
      draw(
        values.map((each) => each[i]!),
        generator,
      ),
    );
    return onHost(numbers, shape, parameters[0]!);
  });
}

/** Numbers drawn on the host, and the derivatives of each number with respect to each parameter. */
export interface Drawn {
  readonly numbers: Float32Array;
  /** The derivatives for each parameter. Called only if gradients are recorded. */
  readonly slopes: () => readonly Float32Array[];
}

/**
 * Draws with implicit gradients: dx / dα = -(∂F(x; α) / ∂α) / p(x; α), with F the distribution function and p the
 * density. `gradient` turns the slopes and the draws' gradient into the gradients of the expanded parameters; default:
 * slope times gradient. Source: Figurnov, Mohamed and Mnih 2018, "Implicit reparameterization gradients",
 * arXiv:1805.08498.
 */
export async function drawnImplicitly(
  name: string,
  parameters: readonly Tensor[],
  shape: Shape,
  draw: (values: readonly Float32Array[], generator: Generator) => Drawn,
  gradient: (dy: Tensor, slope: Tensor, drawn: Tensor) => Tensor = (dy, slope) => dy.mul(slope),
  generator = defaultGenerator(),
): Promise<Tensor> {
  const wanted = isGradEnabled() && parameters.some((x) => x.requiresGrad);
  const like = parameters[0]!;
  return whenKnown(parameters, shape, (values) => {
    const { numbers, slopes } = draw(values, generator);
    const drawn = onHost(numbers, shape, like);
    if (!wanted) return drawn;
    const inputs = parameters.map((x) => x.expand(shape).value);
    const grown = slopes().map((slope) => onHost(slope, shape, like));
    const [result] = withGradient(inputs, [drawn.value], ([dy]) =>
      grown.map((slope, i) => {
        const at = Tensor.of(implicitSlope(name, slope.value, inputs[i]!));
        return gradient(Tensor.of(dy!), at, drawn).value;
      }),
    );
    return Tensor.of(result!);
  });
}
