// The table of `npm run check -- onnx-operators`: what passes and what is refused, operator by operator.
import { operatorKey } from '../../src/doors/onnx/load/call';
import { operators } from '../../src/doors/onnx/load/operators';
import { init } from '../../src/torch/runtime/gpu';
import { type Case, groupedBy, readCases, runCase } from './onnx-cases';

interface TableOptions {
  /** The operators; none for all. */
  readonly only: readonly string[];
  readonly log: (line: string) => void;
}

/** Prints the table, and gives the exit status. */
export async function onnxTable(packed: Uint8Array, { only, log }: TableOptions): Promise<number> {
  await init();
  const chosen = (name: string) => only.length === 0 || only.includes(name);
  const names = Object.keys(operators).filter(chosen).sort();
  const cases = groupedBy(readCases(packed), ({ node }) => operatorKey(node));
  const width = Math.max(...names.map((name) => name.length));
  const whole = { passed: 0, refused: 0, failed: 0, untested: 0 };
  for (const name of names) {
    const own = cases.get(name) ?? [];
    const { passed, refused, failed } = await run(own);
    const reasons = [...groupedBy(refused, ({ reason }) => reason)].map(
      ([reason, of]) => `${of.length} refused: ${reason}`,
    );
    const tests = own.length > 0 ? `${passed}/${own.length}` : 'ONNX has no tests of it';
    log(`${name.padEnd(width)}  ${[tests, ...reasons].join('; ')}`);
    for (const line of failed) log(`  FAILED ${line}`);
    whole.passed += passed;
    whole.refused += refused.length;
    whole.failed += failed.length;
    if (own.length === 0) whole.untested++;
  }
  log(
    `\n${names.length} operators, ${names.length - whole.untested} with tests: ${whole.passed} passed, ${whole.refused} refused, ${whole.failed} failed`,
  );
  return whole.failed > 0 ? 1 : 0;
}

async function run(cases: readonly Case[]) {
  let passed = 0;
  const refused: { readonly reason: string }[] = [];
  const failed: string[] = [];
  for (const test of cases) {
    const outcomes = [await runCase(test, false), await runCase(test, true)];
    const bad = outcomes.find((outcome) => outcome && 'failed' in outcome);
    const no = outcomes.find((outcome) => outcome && 'refused' in outcome);
    if (bad && 'failed' in bad) failed.push(`${test.name}: ${bad.failed}`);
    else if (no && 'refused' in no) refused.push({ reason: no.refused });
    else passed++;
  }
  return { passed, refused, failed };
}
