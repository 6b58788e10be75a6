// jax-js.
import * as jax from 'peer:jax-js';
import { openJax } from './jax';
import type { Library } from './library';

export const open = (): Promise<Library> => openJax(jax);
