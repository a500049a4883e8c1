/**
 * Certificates that a host trusts beyond its distribution's (a company's TLS-inspecting proxy): clients in containers
 * fail without them, npm only after minutes of retries. Most do not read the system's store unless told where it is.
 */

/** The variables by which Node, OpenSSL, Python, pip, Cargo, git and curl are told of a bundle. */
export function certificateVariables(path: string): Readonly<Record<string, string>> {
  const names = [
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "PIP_CERT",
    "CARGO_HTTP_CAINFO",
    "GIT_SSL_CAINFO",
    "CURL_CA_BUNDLE",
  ];
  return Object.fromEntries(names.map((name) => [name, path]));
}
