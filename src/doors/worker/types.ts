// The types of objects on the other side: their methods return promises, and their values have the types that arrive. /
// <reference lib="esnext.disposable" preserve="true" />
import type { Tensor } from '../../torch';
import type { Stays } from './marks';

type AnyFunction = (...args: never[]) => unknown;
type AnyClass = abstract new (...args: never[]) => unknown;
type AnyIterator = AsyncIterator<unknown, unknown, never> | Iterator<unknown, unknown, never>;
type IsAny<T> = 0 extends 1 & T ? true : false;
/** The names of an object's methods. An object with methods counts as a class instance, such as a `Map` or a `Blob`. */
type MethodsOf<T> = { [K in keyof T]-?: Extract<T[K], AnyFunction> extends never ? never : K }[keyof T];

/**
 * The type that a `T` has when it arrives on the other side: a `Remote` for a function or an object marked by `proxy`,
 * an async iterator for an iterator, and `T` itself for anything else.
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

/** The type of the argument to pass if a function on the other side has a parameter of type `T`. */
export type Sent<T> = IsAny<T> extends true ? T : SentKnown<T>;

type SentKnown<T> = T extends Tensor
  ? T
  : T extends Stays<infer U>
    ? Remote<U>
    : T extends AnyFunction
      ? Callback<T>
      : T;

/** A function that may be called from the other side, where its result is a promise. */
type Callback<F> = F extends (...args: infer A) => infer R
  ? Extract<R, PromiseLike<unknown>> extends never
    ? undefined extends R // also covers `void`
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
 * The type of an object, a function or a class on the other side. Its methods run there and return promises. Read a
 * property with `await remote.property`; to set one, call a method of the object that sets it. `new remote(…)` returns
 * a promise of a `Remote`. Disposing of the remote from `connect` ends the worker; disposing of any other remote
 * releases its object.
 */
export type Remote<T> = Members<T> & Calls<T> & Makes<T> & Disposable;
