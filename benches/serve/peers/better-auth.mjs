// better-auth's API keys behind node:http: `node better-auth.mjs SOCKET`; `node better-auth.mjs make 100` makes keys.
import { createServer } from "node:http";

import { apiKey } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import Database from "better-sqlite3";

const database = new Database("better-auth.db");
database.pragma("journal_mode = WAL");
database.pragma("synchronous = NORMAL");
const options = {
  baseURL: "http://127.0.0.1",
  database,
  emailAndPassword: { enabled: true },
  logger: { disabled: true },
  plugins: [apiKey({ deferUpdates: true, rateLimit: { enabled: false } })],
  secret: "only what a benchmark needs, and long enough",
};
const auth = betterAuth(options);

const [, , what, count] = process.argv;
if (what === "make") {
  await (await getMigrations(options)).runMigrations();
  const user = { email: "a@example.com", name: "a", password: "only for a benchmark" };
  const { user: owner } = await auth.api.signUpEmail({ body: user });
  for (let number = 0; number < Number(count); number += 1) {
    const made = await auth.api.createApiKey({ body: { name: String(number), userId: owner.id } });
    console.log(made.key);
  }
} else {
  const server = createServer(async (request, response) => {
    const key = request.headers["api-secret-key"] ?? "";
    const { valid } = await auth.api.verifyApiKey({ body: { key } });
    response.writeHead(valid ? 200 : 401, { "Content-Length": 0 }).end();
  });
  server.listen(what);
}
