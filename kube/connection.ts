/** The way to an API server, and as whom. */
export interface KubeConnection {
  /** Such as `https://10.0.0.1:6443`; may have a path, below which the API lies. */
  readonly server: URL
  readonly tls: KubeTls
  /** The value of the header `Authorization`, asked before each request: tokens in files are renewed. */
  readonly authorize?: () => Promise<string>
}

/** What `node:tls` takes; certificates and keys are PEM. */
export interface KubeTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  readonly rejectUnauthorized?: boolean
}
