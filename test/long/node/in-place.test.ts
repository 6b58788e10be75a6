// Holds the functions that work in place to those beside them, for tensors of every dtype.
import { test } from 'vitest';
import { expectInPlace } from '../../support/calling/in-place';

test('they write back what those give', () => expectInPlace(1, ['float32', 'int32', 'int64', 'uint8', 'bool']));
