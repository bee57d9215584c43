/** What the packages of a store depend on before they have a client library. */
const DEPENDENCIES = ['adapter-kit', 'canonical-json', 'core-types', 'errors'] as const

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

/** The files of a package that are settings, by path. */
export function manifestsOf(name: string): ReadonlyMap<string, string> {
  return new Map([
    ['package.json', json(packageJson(name))],
    ['tsconfig.json', json(tsconfigJson())],
    ['turbo.json', json({ extends: ['//'], tags: ['layer-2'] })],
  ])
}

function packageJson(name: string): unknown {
  const own = DEPENDENCIES.map((dependency) => [`@mfm/${dependency}`, 'workspace:*'])
  return {
    name: `@mfm/${name}`,
    version: '0.0.0',
    description: `Artifact store, fact index and event store: ${name}`,
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    exports: {
      '.': {
        '@mfm/source': './src/index.ts',
        types: './dist/index.d.ts',
        default: './dist/index.js',
      },
      './package.json': './package.json',
    },
    files: [
      'dist',
      'src',
      '!**/*.test.ts',
      '!**/*.child.ts',
      '!**/*.fixture.ts',
      '!dist/.tsbuildinfo',
    ],
    publishConfig: { access: 'public' },
    engines: { node: '>=22.13' },
    dependencies: { ...Object.fromEntries(own), zod: 'catalog:' },
    devDependencies: { '@mfm/conformance': 'workspace:*', vitest: 'catalog:' },
  }
}

function tsconfigJson(): unknown {
  const references = ['core-types', 'errors', 'canonical-json', 'adapter-kit']
  return {
    extends: '../../tooling/tsconfig/base.json',
    references: references.map((reference) => ({ path: `../${reference}` })),
  }
}
