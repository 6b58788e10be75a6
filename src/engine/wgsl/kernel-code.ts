// The WGSL of a pass, in two forms: the marked code, which identifies the kernel, and the written-out code, which is
// compiled.
import { specialise } from './specialise';
import { unroll } from './unroll';

/** The parts of a pass that determine its code. */
interface Sources {
  readonly source: readonly string[];
  readonly consts?: Readonly<Record<string, number>>;
}

/** The code with its marks. Kernels with equal marked code are equal. */
export const markedCode = ({ source, consts }: Sources): string => enabled(specialise(source.join('\n'), consts));

/** The code that is compiled. Writing it out can take some 50 ms. */
export const codeOf = ({ source, consts }: Sources): string =>
  markedCode({ source: source.map((text) => unroll(text, consts)), consts });

const enabled = (code: string): string => (/\bf16\b/.test(code) ? `enable f16;\n${code}` : code);
