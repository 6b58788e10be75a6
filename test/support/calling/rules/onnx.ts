// Owns what the calls of onnx and pytorch may take.
import type { Rules } from '.';

export const onnx: Rules = {
  doors: ['onnx', 'pytorch'],
  reasons: [
    { why: 'an address or a path, which may be any text', calls: /^onnx\.load source$/, takes: ["''", "'foo'"] },
    { why: 'a path; without one the bytes come back', calls: /^onnx\.export f$/, takes: ['null', "'foo'"] },
    { why: 'no size stays open', calls: /^onnx\.export dynamicAxes$/, takes: ['{}'] },
    {
      why: 'the name of the class in Python; without one, that of the model',
      calls: /^pytorch\.toPython name$/,
      takes: ['null', "'foo'"],
    },
  ],
};
