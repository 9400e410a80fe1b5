// Uploads with Microsoft's clients for Azure Storage: all that they are given is
// the address of the upload session. What they see is written as one JSON
// object; the first answer that is not as it should be ends the program.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { ContainerClient } from "@azure/storage-blob";
import { DataLakeDirectoryClient, DataLakeFileSystemClient } from "@azure/storage-file-datalake";
import { comingIn, goingOut } from "./configuration.mjs";
import { connect, fromEnvironment } from "./connection.mjs";
import { run, session, validate } from "./steps.mjs";

// no retries: the first answer is the one that is looked at.
const once = { retryOptions: { maxTries: 1 } };

// refused returns what a client makes of the error that a request answers with.
async function refused(request) {
  const error = await request.then(
    () => assert.fail("the request was not refused"),
    (reason) => reason,
  );
  assert.ok(error.statusCode, String(error));
  return { status: error.statusCode, code: error.code ?? error.details?.errorCode, message: error.message.split("\n")[0] };
}

async function names(listing) {
  const found = [];
  for await (const { name } of listing) {
    found.push(name);
  }
  return found;
}

// pageSizes reads a listing page by page.
async function pageSizes(listing, entries) {
  const sizes = [];
  for await (const page of listing.byPage({ maxPageSize: 4 })) {
    sizes.push(entries(page).length);
  }
  return sizes;
}

// fileSystemOf returns the client of the file system that a folder is in, and the folder's path.
function fileSystemOf(sessionUrl) {
  const url = new URL(sessionUrl);
  const [, fileSystem, ...path] = url.pathname.split("/");
  url.pathname = `/${fileSystem}`;
  return { fileSystem: new DataLakeFileSystemClient(url.href, undefined, once), path: path.join("/") };
}

async function byDataLake(sessionUrl, folder) {
  const seen = {};
  const directory = new DataLakeDirectoryClient(sessionUrl, undefined, once);
  seen.directory = [await directory.exists(), (await directory.createIfNotExists()).succeeded];
  const files = (await readdir(folder)).sort();
  for (const [i, name] of files.entries()) {
    const file = directory.getFileClient(name);
    assert.equal(await file.exists(), false, name);
    const content = await readFile(`${folder}/${name}`);
    switch (i % 3) {
      case 0:
        await file.upload(content);
        break;
      case 1: // in pieces that are sent side by side
        await file.upload(content, { chunkSize: 100, singleUploadThreshold: 50, maxConcurrency: 4 });
        break;
      default: // from a stream
        await file.uploadStream(Readable.from([content.subarray(0, 7), content.subarray(7)]), { chunkSize: 64 });
    }
    assert.deepEqual(await file.readToBuffer(), content, `${name} comes back as it was sent`);
    const { contentLength, etag, lastModified, isDirectory } = await file.getProperties();
    assert.equal(contentLength, content.length);
    assert.ok(etag && lastModified instanceof Date && !isDirectory);
  }
  const users = directory.getFileClient("users.csv");
  seen.range = (await users.readToBuffer(3, 5)).toString();
  seen.existing = await refused(users.create({ conditions: { ifNoneMatch: "*" } }));
  seen.again = (await users.createIfNotExists()).succeeded;
  seen.changed = await refused(users.flush(1, { conditions: { ifMatch: '"another"' } }));
  seen.missing = await refused(directory.getFileClient("demographics.csv.zip").getProperties());
  const other = directory.getFileClient("teachers.csv"); // taken, and told of by the check
  await other.upload(Buffer.from("x"));
  seen.other = (await other.readToBuffer()).toString();
  await other.delete();
  seen.above = await refused(directory.getFileClient("../users.csv").upload(Buffer.from("x")));
  const { fileSystem, path } = fileSystemOf(sessionUrl);
  seen.listed = (await names(fileSystem.listPaths({ path }))).map((name) => name.replace(`${path}/`, ""));
  seen.pages = await pageSizes(fileSystem.listPaths({ path }), (page) => page.pathItems ?? []);
  seen.elsewhere = await refused(names(fileSystem.listPaths({ path: "another" })));
  seen.everything = await refused(names(fileSystem.listPaths()));
  await directory.getFileClient("userFlags.csv").delete();
  seen.removed = (await directory.getFileClient("userFlags.csv").deleteIfExists()).succeeded;
  return seen;
}

async function byBlob(sessionUrl, folder) {
  const seen = {};
  const container = new ContainerClient(sessionUrl, undefined, once);
  seen.container = [await container.exists(), (await container.createIfNotExists()).succeeded];
  const files = (await readdir(folder)).sort();
  for (const [i, name] of files.entries()) {
    const blob = container.getBlockBlobClient(name);
    assert.equal(await blob.exists(), false, name);
    const content = await readFile(`${folder}/${name}`);
    switch (i % 3) {
      case 0:
        await blob.uploadFile(`${folder}/${name}`);
        break;
      case 1: // in blocks
        await blob.uploadData(content, { blockSize: 100, maxSingleShotSize: 50, concurrency: 4 });
        break;
      default:
        await blob.uploadStream(Readable.from([content]), 64, 2);
    }
    assert.deepEqual(await blob.downloadToBuffer(), content, `${name} comes back as it was sent`);
    const { contentLength, blobType, etag, lastModified } = await blob.getProperties();
    assert.equal(contentLength, content.length);
    assert.ok(blobType === "BlockBlob" && etag && lastModified instanceof Date);
  }
  const users = container.getBlockBlobClient("users.csv");
  seen.range = (await users.downloadToBuffer(3, 5)).toString();
  seen.existing = await refused(users.upload("x", 1, { conditions: { ifNoneMatch: "*" } }));
  seen.changed = await refused(users.upload("x", 1, { conditions: { ifMatch: '"another"' } }));
  seen.corrupt = await refused(users.stageBlock("b25l", "x", 1, { transactionalContentMD5: Buffer.alloc(16) }));
  seen.missing = await refused(container.getBlockBlobClient("x.zip").getProperties());
  seen.unread = await refused(container.getBlockBlobClient("x.zip").download());
  const other = container.getBlockBlobClient("teachers.csv"); // taken, and told of by the check
  await other.upload("x", 1);
  seen.other = (await other.downloadToBuffer()).toString();
  await other.delete();
  await users.stageBlock(Buffer.from("one").toString("base64"), "1", 1);
  const { uncommittedBlocks } = await users.getBlockList("all");
  seen.blocks = uncommittedBlocks.map(({ name, size }) => [Buffer.from(name, "base64").toString(), size]);
  seen.listed = await names(container.listBlobsFlat());
  seen.hierarchy = await names(container.listBlobsByHierarchy("/", { prefix: "u" }));
  seen.pages = await pageSizes(container.listBlobsFlat(), (page) => page.segment.blobItems);
  await container.getBlockBlobClient("userFlags.csv").delete();
  seen.removed = (await container.getBlockBlobClient("userFlags.csv").deleteIfExists()).succeeded;
  seen.containerRemoved = await refused(container.delete());
  return seen;
}

// lacking uploads a feed of one file.
async function lacking(sessionUrl, folder) {
  const container = new ContainerClient(sessionUrl, undefined, once);
  await container.getBlockBlobClient("users.csv").uploadFile(`${folder}/users.csv`);
  return {};
}

// wrong uploads a feed in which a row says what cannot be.
async function wrong(sessionUrl, folder) {
  const container = new ContainerClient(sessionUrl, undefined, once);
  for (const name of await readdir(folder)) {
    let content = (await readFile(`${folder}/${name}`)).toString();
    if (name === "roles.csv") {
      content = content.replace(",principal,", ",wizard,");
    }
    await container.getBlockBlobClient(name).upload(content, Buffer.byteLength(content));
  }
  return {};
}

async function all(client, folder) {
  const { connector } = await comingIn(client, "harbor.example");
  await goingOut(client);
  const seen = {};
  for (const [name, send] of Object.entries({ byDataLake, byBlob, lacking, wrong })) {
    const { sessionUrl } = await session(client, connector.id);
    seen[name] = await send(sessionUrl, folder);
    const { status, errors, warnings, validatedFiles } = await validate(client, connector.id);
    seen[name].operation = { status, errors, warnings, validatedFiles };
    seen[name].afterwards = await refused(new ContainerClient(sessionUrl, undefined, once).getProperties());
    seen[name].run = await run(client);
  }
  return seen;
}

console.log(JSON.stringify(await all(connect(fromEnvironment()), process.argv[2])));
