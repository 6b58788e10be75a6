// Owns the form of a case of gradcheck, and the inputs that suit a function: smooth where it is differentiated, the same in every run.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';

type Make = (generator: torch.Generator) => Tensor;

/**
 * A function, named by the operation it calls, and its inputs. `once` where the second derivative is not defined, or is zero
 * everywhere.
 */
export type Gradcheck = [name: string, fn: (...xs: Tensor[]) => Tensor | Tensor[], inputs: Make[], once?: 'once'];

/** The inputs of a case: of its name, whatever other cases there are. */
export function inputsOf([name, , makes]: Gradcheck): Tensor[] {
  const seed = [...name].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 2 ** 31, 7);
  const generator = new torch.Generator().manualSeed(seed);
  return makes.map((make) => make(generator));
}

/** Numbers from [low, high). */
export const uniform =
  (shape: number[], low: number, high: number): Make =>
  (generator) =>
    torch
      .rand(shape, { generator })
      .mul(high - low)
      .add(low)
      .detach()
      .requiresGrad_();

/** Of either sign, for functions that are smooth everywhere. */
export const any = (...shape: number[]): Make => uniform(shape, -1.5, 1.5);

/** At least 0.4, away from where logarithms and roots bend. */
export const positive = (...shape: number[]): Make => uniform(shape, 0.4, 1.6);

/** Of either sign, yet no nearer to 0 than 0.3: for functions with a kink there. */
export const awayFromZero = (...shape: number[]): Make => {
  const make = uniform(shape, 0.3, 1.3);
  return (generator) => {
    const x = make(generator);
    const signs = torch.arange(x.numel()).remainder(2).mul(2).sub(1).view(shape);
    return x.mul(signs).detach().requiresGrad_();
  };
};

/** No two elements nearer than 0.1: for functions that pick some. */
export const distinct =
  (...shape: number[]): Make =>
  (generator) => {
    const n = shape.reduce((product, size) => product * size, 1);
    return torch
      .randperm(n, { generator })
      .mul(0.1)
      .sub(n * 0.05)
      .view(shape)
      .detach()
      .requiresGrad_();
  };

/** These numbers. */
export const exactly =
  (data: number[], ...shape: number[]): Make =>
  () =>
    torch.tensor(data, { dtype: torch.float32 }).reshape(shape).detach().requiresGrad_();

export const mask = (...shape: number[]): Tensor =>
  torch.rand(shape, { generator: new torch.Generator().manualSeed(7) }).gt(0.5);
