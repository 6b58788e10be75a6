// Has TypeDoc read the sources: every door with its exports, their texts and where they are declared.
import { Application, Converter, LogLevel } from 'typedoc';
import { doors } from '../doors.mjs';
import { root } from './paths.mjs';

/**
 * What TypeDoc has read, and the symbols and the checker of types that it has used.
 * @typedef {{
 *   project: import('typedoc').ProjectReflection,
 *   checker: import('typescript').TypeChecker,
 *   sources: readonly import('typescript').SourceFile[],
 *   symbolOf: (reflection: import('typedoc').Reflection) => import('typescript').Symbol | undefined,
 * }} Converted
 */

/**
 * @returns {Promise<Converted>}
 * @throws Error with all warnings, since a reference with warnings has texts or links that are lost
 */
export async function converted() {
  const app = await Application.bootstrap({
    entryPoints: doors.map(({ source }) => source),
    tsconfig: `${root}tsconfig.build.json`,
    basePath: root,
    excludeInternal: true,
    excludeExternals: true,
    excludePrivate: true,
    excludeProtected: true,
    skipErrorChecking: true,
    readme: 'none',
    disableGit: true,
    logLevel: LogLevel.None,
  });
  /** @type {string[]} */
  const warnings = [];
  const log = app.logger.log.bind(app.logger);
  app.logger.log = (message, level) => {
    if (level >= LogLevel.Warn) warnings.push(message);
    log(message, level);
  };
  const entries = app.getEntryPoints();
  const program = entries?.[0]?.program;
  if (!entries || !program) throw new Error(`reference: expected the sources of ${doors.length} doors`);
  /** @type {Converted['symbolOf']} */
  let symbolOf = () => undefined;
  app.converter.on(Converter.EVENT_END, (context) => {
    symbolOf = (reflection) => context.getSymbolFromReflection(reflection);
  });
  const project = app.converter.convert(entries);
  if (warnings.length > 0) throw new Error(`reference: expected no warnings, but got\n${warnings.join('\n')}`);
  const sources = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${root}src/`));
  return { project, checker: program.getTypeChecker(), sources, symbolOf };
}
