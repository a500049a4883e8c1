/** The host's own certificates, for the containers. Apart from certificates.ts, which also works where there is no host. */
import { existsSync } from "node:fs";
import { hostCertificates } from "./native/layout.ts";

const bundle = "/etc/ssl/certs/ca-certificates.crt";

/** The host's bundle where it holds certificates of its own, else null. */
export function hostBundle(): string | null {
  return hostCertificates().size > 0 && existsSync(bundle) ? bundle : null;
}
