// Holds a part of the functions that work in place to those beside them; test/long has them all.
import { test } from 'vitest';
import { expectInPlace, expectKnown } from '../support/calling/in-place';

test('each has a function beside it, or a reason', expectKnown);

test('they write back what those give', () => expectInPlace(8, ['float32', 'int64']));
