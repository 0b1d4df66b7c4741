// An HTTPS front for tests that offers HTTP/2 and passes every request on to a server that speaks plain HTTP/1.1.
// Arguments: certificate, key, address of that server. Announces its port, then a line for each request it took.
import { readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";

const [certificate, key, behind] = process.argv.slice(2);
const connections = new Map();

function numberOf(session) {
  if (!connections.has(session)) connections.set(session, connections.size + 1);
  return connections.get(session);
}

const server = http2.createSecureServer({ cert: readFileSync(certificate), key: readFileSync(key), allowHTTP1: true });

server.on("request", (request, response) => {
  const told = {
    version: request.httpVersion,
    connection: numberOf(request.stream?.session ?? request.socket),
    method: request.method,
    path: request.url,
  };
  console.log(JSON.stringify(told));
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !name.startsWith(":")));
  const onward = http.request(new URL(request.url, behind), { method: request.method, headers }, (answer) => {
    // a connection's own headers are none of the next one's
    const { connection, "keep-alive": keepAlive, "transfer-encoding": encoding, ...kept } = answer.headers;
    response.writeHead(answer.statusCode, kept);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  request.pipe(onward);
});

server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));

// it ends with its owner
process.stdin.on("end", () => process.exit()).resume();
