// All rows that need no device: each error of the library that says what to write, provoked, and what it says done.
import { sets } from './data';
import { gradients } from './gradients';
import { looking } from './interpret';
import { layers } from './layers';
import { optimizers } from './optim';
import type { Row } from './row';
import { tensors } from './tensors';
import { pictures } from './vision';

export const rows: readonly Row[] = [
  ...tensors,
  ...gradients,
  ...layers,
  ...optimizers,
  ...sets,
  ...pictures,
  ...looking,
];
