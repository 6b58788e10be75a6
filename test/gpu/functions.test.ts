// Checks functions of tensors, and the methods of the same name, against PyTorch: outputs and gradients.
import { test } from 'vitest';
import { loadFixture } from '../support/fixtures';
import { checkFunction, type FunctionCall } from '../support/function-calls';

const fixture = await loadFixture<FunctionCall>('functions');

test.each(fixture.cases)('$name', (item) => checkFunction(fixture, item));
