// The types of the other side's objects: methods that give promises, and values as they arrive.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Tensor } from '../../torch';
import type { Stays } from './marks';

type AnyFunction = (...args: never[]) => unknown;
type AnyClass = abstract new (...args: never[]) => unknown;
type AnyIterator = AsyncIterator<unknown, unknown, never> | Iterator<unknown, unknown, never>;
type IsAny<T> = 0 extends 1 & T ? true : false;
/** The names of methods. Objects that have some are of classes, the platform's among them. */
type MethodsOf<T> = { [K in keyof T]-?: Extract<T[K], AnyFunction> extends never ? never : K }[keyof T];

/**
 * A value of type `T` as it arrives on the other side: a `Remote` of a function and of an object marked by `proxy`, an asynchronous iterator of an iterator, and
 * anything else as it is.
 */
export type Arrived<T> = IsAny<T> extends true ? T : ArrivedKnown<T>;

type ArrivedKnown<T> = T extends Tensor
  ? Tensor
  : T extends Stays<infer U>
    ? Remote<U>
    : T extends AnyFunction
      ? Remote<T>
      : T extends AsyncIterator<infer Y, infer R, infer N> | Iterator<infer Y, infer R, infer N>
        ? AsyncGenerator<Arrived<Y>, Arrived<R>, N>
        : T extends readonly unknown[]
          ? { [K in keyof T]: Arrived<T[K]> }
          : T extends object
            ? [MethodsOf<T>] extends [never]
              ? { [K in keyof T]: Arrived<T[K]> }
              : T
            : T;

/** The argument to give for a parameter of type `T` of a function on the other side. */
export type Sent<T> = IsAny<T> extends true ? T : SentKnown<T>;

type SentKnown<T> = T extends Tensor
  ? T
  : T extends Stays<infer U>
    ? Remote<U>
    : T extends AnyFunction
      ? Callback<T>
      : T;

/** A function that is called from the other side, where its result is a promise. */
type Callback<F> = F extends (...args: infer A) => infer R
  ? Extract<R, PromiseLike<unknown>> extends never
    ? undefined extends R // as `void` does
      ? GivenCallback<A, R>
      : 'expected a parameter whose function gives a promise or nothing, since it is called from the other side; declare it as (…) => Promise<…>'
    : GivenCallback<A, R>
  : F;

type GivenCallback<A extends readonly unknown[], R> = (
  ...args: { [I in keyof A]: Arrived<A[I]> }
) => Awaited<R> | PromiseLike<Awaited<R>>;

type Result<R> = [R] extends [never]
  ? Promise<never>
  : [R] extends [AnyIterator]
    ? Promise<Arrived<R>> & Extract<Arrived<R>, AsyncGenerator<unknown, unknown, never>>
    : Promise<Arrived<R>>;

type Calls<T> = T extends (...args: infer A) => infer R
  ? (...args: { [I in keyof A]: Sent<A[I]> }) => Result<Awaited<R>>
  : unknown;

type Makes<T> = T extends abstract new (
  ...args: infer A
) => infer I
  ? new (
      ...args: { [K in keyof A]: Sent<A[K]> }
    ) => Promise<Remote<I>>
  : unknown;

type Member<V> =
  IsAny<V> extends true
    ? V
    : V extends AnyFunction | AnyClass
      ? Calls<V> & Makes<V> & Members<V>
      : V extends Tensor
        ? Promise<Tensor>
        : V extends readonly unknown[]
          ? Promise<Arrived<V>>
          : V extends object
            ? Promise<Arrived<V>> & Members<V>
            : Promise<Arrived<V>>;

type Members<T> = { readonly [K in keyof T as K extends 'prototype' | symbol | number ? never : K]: Member<T[K]> };

/**
 * An object, a function or a class on the other side. Methods are called there and give promises; a property is read by `await remote.property`, and is set by
 * a method of its own; `new remote(…)` gives a promise of a `Remote`. The remote from `connect` ends the worker when it is disposed of; any other lets its object go.
 */
export type Remote<T> = Members<T> & Calls<T> & Makes<T> & Disposable;
