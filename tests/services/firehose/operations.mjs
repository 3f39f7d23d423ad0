// node operations.mjs ENDPOINT_DESTINATION_JSON: what a program does with a stream, through AWS's own SDK. Prints what it saw as one line of JSON.
import {
  CreateDeliveryStreamCommand, DeleteDeliveryStreamCommand, DescribeDeliveryStreamCommand, FirehoseClient, ListDeliveryStreamsCommand, ListTagsForDeliveryStreamCommand,
  PutRecordBatchCommand, TagDeliveryStreamCommand, UpdateDestinationCommand,
} from '@aws-sdk/client-firehose'

const firehose = new FirehoseClient({ endpoint: process.env.FIREHOSE_URL, region: 'us-east-1', maxAttempts: 1 })
const send = command => firehose.send(command)
const nameOf = async promise => { try { await promise; return 'none' } catch (error) { return error.name } }
const stream = { DeliveryStreamName: 'sdk' }
const destination = JSON.parse(process.argv[2])
const describe = async () => (await send(new DescribeDeliveryStreamCommand(stream))).DeliveryStreamDescription
const pause = () => new Promise(resolve => setTimeout(resolve, 50))

const created = await send(new CreateDeliveryStreamCommand({ ...stream, HttpEndpointDestinationConfiguration: destination }))
let described = await describe()
for (let tries = 0; described.DeliveryStreamStatus !== 'ACTIVE' && tries < 200; tries++) {
  await pause()
  described = await describe()
}

const put = await send(new PutRecordBatchCommand({ ...stream, Records: [{ Data: Buffer.from('one') }, { Data: new Uint8Array([116, 119, 111]) }] }))
const update = seconds => send(new UpdateDestinationCommand({
  ...stream, CurrentDeliveryStreamVersionId: described.VersionId, DestinationId: described.Destinations[0].DestinationId,
  HttpEndpointDestinationUpdate: { BufferingHints: { SizeInMBs: 1, IntervalInSeconds: seconds } },
}))
await update(15)
const stale = await nameOf(update(30))
const invalid = await nameOf(update(901))
const after = await describe()
await send(new TagDeliveryStreamCommand({ ...stream, Tags: [{ Key: 'env', Value: 'dev' }] }))
const { Tags: tags } = await send(new ListTagsForDeliveryStreamCommand(stream))
const { DeliveryStreamNames: names } = await send(new ListDeliveryStreamsCommand({}))
await send(new DeleteDeliveryStreamCommand(stream))
let gone = 'none'
for (let tries = 0; gone === 'none' && tries < 200; tries++) {
  await pause()
  gone = await nameOf(describe())
}

console.log(JSON.stringify({
  arn: created.DeliveryStreamARN, status: described.DeliveryStreamStatus, failed: put.FailedPutCount, encrypted: put.Encrypted,
  interval: after.Destinations[0].HttpEndpointDestinationDescription.BufferingHints.IntervalInSeconds, version: after.VersionId, stale, invalid, names, tags, gone,
}))
