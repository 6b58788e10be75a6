// The types of modules of one input, and of those at known indices of a row: each is read as its own class, and written
// as any module of one input.
import type { Tensor } from '../../tensor/tensor';
import type { Module } from './module';

/** A module that maps one tensor to one tensor; containers hold these. */
export interface UnaryModule extends Module {
  // biome-ignore lint/suspicious/noExplicitAny: further arguments of any type may be optional.
  forward(x: Tensor, /** Further arguments. */ ...rest: any[]): Tensor;
  (x: Tensor): Tensor;
}

/** The modules of a row by index, `row[0]` and so on, and the last as `row[-1]`. */
export type Placed<M extends readonly UnaryModule[]> = ModuleRowOf<M> & Last<M>;

type ModuleRowOf<M extends readonly unknown[], Before extends 0[] = []> = M extends readonly [
  infer First,
  ...infer Rest,
]
  ? At<First, Before['length']> & ModuleRowOf<Rest, [...Before, 0]>
  : unknown;

type Last<M extends readonly unknown[]> = M extends readonly [...unknown[], infer Final] ? End<Final> : unknown;

type End<M> = {
  get [-1](): M;
  set [-1](module: UnaryModule);
};

type At<M, Place extends number> = Place extends keyof PlacedModules<M> ? PlacedModules<M>[Place] : { [K in Place]: M };

/**
 * Only accessors may have different types for reading and writing, and a mapped type cannot declare accessors: so the
 * indices are written out, as many as long rows have. They share no named type, since the declarations of programs that
 * export a row would have to import it.
 */
type PlacedModules<M> = {
  0: {
    get 0(): M;
    set 0(module: UnaryModule);
  };
  1: {
    get 1(): M;
    set 1(module: UnaryModule);
  };
  2: {
    get 2(): M;
    set 2(module: UnaryModule);
  };
  3: {
    get 3(): M;
    set 3(module: UnaryModule);
  };
  4: {
    get 4(): M;
    set 4(module: UnaryModule);
  };
  5: {
    get 5(): M;
    set 5(module: UnaryModule);
  };
  6: {
    get 6(): M;
    set 6(module: UnaryModule);
  };
  7: {
    get 7(): M;
    set 7(module: UnaryModule);
  };
  8: {
    get 8(): M;
    set 8(module: UnaryModule);
  };
  9: {
    get 9(): M;
    set 9(module: UnaryModule);
  };
  10: {
    get 10(): M;
    set 10(module: UnaryModule);
  };
  11: {
    get 11(): M;
    set 11(module: UnaryModule);
  };
  12: {
    get 12(): M;
    set 12(module: UnaryModule);
  };
  13: {
    get 13(): M;
    set 13(module: UnaryModule);
  };
  14: {
    get 14(): M;
    set 14(module: UnaryModule);
  };
  15: {
    get 15(): M;
    set 15(module: UnaryModule);
  };
  16: {
    get 16(): M;
    set 16(module: UnaryModule);
  };
  17: {
    get 17(): M;
    set 17(module: UnaryModule);
  };
  18: {
    get 18(): M;
    set 18(module: UnaryModule);
  };
  19: {
    get 19(): M;
    set 19(module: UnaryModule);
  };
  20: {
    get 20(): M;
    set 20(module: UnaryModule);
  };
  21: {
    get 21(): M;
    set 21(module: UnaryModule);
  };
  22: {
    get 22(): M;
    set 22(module: UnaryModule);
  };
  23: {
    get 23(): M;
    set 23(module: UnaryModule);
  };
  24: {
    get 24(): M;
    set 24(module: UnaryModule);
  };
  25: {
    get 25(): M;
    set 25(module: UnaryModule);
  };
  26: {
    get 26(): M;
    set 26(module: UnaryModule);
  };
  27: {
    get 27(): M;
    set 27(module: UnaryModule);
  };
  28: {
    get 28(): M;
    set 28(module: UnaryModule);
  };
  29: {
    get 29(): M;
    set 29(module: UnaryModule);
  };
  30: {
    get 30(): M;
    set 30(module: UnaryModule);
  };
  31: {
    get 31(): M;
    set 31(module: UnaryModule);
  };
};
