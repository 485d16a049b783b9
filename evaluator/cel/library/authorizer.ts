import type { Library } from '../types/environment.ts'

/**
 * Kubernetes' authorizer library, for checking only: what a user may do, nobody but the API server can say.
 * https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-authorizer-library
 */
export const authorizer: Library = {
  functions: {
    '<Authorizer>.path(string): PathCheck': undefined,
    '<Authorizer>.group(string): GroupCheck': undefined,
    '<Authorizer>.serviceAccount(string, string): Authorizer': undefined,
    '<GroupCheck>.resource(string): ResourceCheck': undefined,
    '<ResourceCheck>.subresource(string): ResourceCheck': undefined,
    '<ResourceCheck>.namespace(string): ResourceCheck': undefined,
    '<ResourceCheck>.name(string): ResourceCheck': undefined,
    '<ResourceCheck>.fieldSelector(string): ResourceCheck': undefined,
    '<ResourceCheck>.labelSelector(string): ResourceCheck': undefined,
    '<PathCheck>.check(string): Decision': undefined,
    '<ResourceCheck>.check(string): Decision': undefined,
    '<Decision>.errored(): bool': undefined,
    '<Decision>.error(): string': undefined,
    '<Decision>.allowed(): bool': undefined,
    '<Decision>.reason(): string': undefined,
  },
}
