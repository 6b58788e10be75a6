// The tour of the doors: Python in the page.

import type { nn } from 'lamplight';
import * as torch from 'lamplight';
import { loadPython } from 'lamplight/python';

const python = await loadPython({ indexURL: 'pyodide/' });
await python.run(`
import torch
net = torch.nn.Linear(2, 3)
`);
const fromPython = python.globals.get('net') as nn.UnaryModule;
console.log(fromPython(torch.rand(1, 2)).shape);
