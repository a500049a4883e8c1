/**
 * Makes sure that the loopback registry holds the images a run needs. A tag that bears the recipe's key says that the
 * ordinary tag beside it was made from that very recipe, so nothing is rebuilt that has not changed.
 */
import { type Client, type Container, ImageLayerCompression } from "@dagger.io/dagger";
import { certificateVariables } from "../certificates.ts";
import type { Progress } from "../progress.ts";
import { seed as seedOf, type NativeEngine } from "./engine.ts";
import { contentKey, hostCertificates } from "./layout.ts";
import { seedKey } from "./roots.ts";
import { hasManifest, pushRoot } from "./registry.ts";
import { recipes, type Recipe } from "./recipes.ts";

const seedRepository = "weir/seed";

interface Order {
  readonly reference: string;
  readonly repository: string;
  readonly tag: string;
  readonly keyTag: string;
  readonly recipe: Recipe;
  readonly match: RegExpExecArray;
}

/**
 * Makes what is missing, one image after the other. A reference that no recipe knows is left to the engine, which asks
 * its registry: on a machine that reaches one, that works.
 */
export async function ensureImages(
  references: readonly string[],
  engine: NativeEngine,
  client: Client,
  progress: Progress,
): Promise<void> {
  const orders = [...new Set(references.map(shortReference))].map(orderOf).filter((order) => order !== null);
  const there = await Promise.all(orders.map((order) => hasManifest(engine.registry, order.repository, order.keyTag)));
  const missing = orders.filter((_, index) => there[index] !== true);
  if (missing.length === 0) return;
  const seed = await ensureSeedImage(engine, client, progress);
  for (const order of missing) {
    await progress.step(`make the image ${order.reference} from packages (once)`, async () => {
      const made = await order.recipe.make({ client, seed }, order.match);
      // The ordinary tag first: the key's tag vouches for it.
      for (const tag of [order.tag, order.keyTag]) {
        await made.publish(`${engine.registry}/${order.repository}:${tag}`, {
          forcedCompression: ImageLayerCompression.Uncompressed,
        });
      }
    });
  }
}

/** `docker.io/library/node:22` → `node:22`; a digest is dropped, since what a recipe makes has another. */
export function shortReference(reference: string): string {
  const bare = reference.replace(/@sha256:[0-9a-f]{64}$/, "").replace(/^(docker\.io\/)?(library\/)?/, "");
  return /:[\w.-]+$/.test(bare) ? bare : `${bare}:latest`;
}

function orderOf(reference: string): Order | null {
  for (const recipe of recipes) {
    const match = recipe.reference.exec(reference);
    if (match === null) continue;
    const [name = "", tag = ""] = reference.split(":");
    const key = contentKey(seedKey(), String(recipe.reference), String(recipe.revision), reference);
    return { reference, repository: `library/${name}`, tag, keyTag: `weir-${key}`, recipe, match };
  }
  return null;
}

async function ensureSeedImage(engine: NativeEngine, client: Client, progress: Progress): Promise<Container> {
  const tag = seedKey();
  if (!(await hasManifest(engine.registry, seedRepository, tag))) {
    await progress.step("push the seed of all images", async (note) => {
      const { tar } = await seedOf(engine.layout, note);
      const variables = hostCertificates().size > 0 ? certificateVariables("/etc/ssl/certs/ca-certificates.crt") : {};
      await pushRoot(engine.registry, seedRepository, tag, tar, {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ...variables,
      });
    });
  }
  return client.container().from(`${engine.registry}/${seedRepository}:${tag}`);
}
