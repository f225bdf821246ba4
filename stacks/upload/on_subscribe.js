// Runs in AppSync when somebody subscribes to a channel: nobody listens at the channel of another.
// A channel is /predictions/OWNER/JOB. OWNER is made by lambda_src/uploads/identity.py out of the same facts.
import { util } from '@aws-appsync/utils';

export function onSubscribe(ctx) {
  const segments = ctx.info.channel.segments;
  const identity = ctx.identity;
  const owner = identity.sub ? identity.sub : identity.username.split(':')[0];
  if (segments.length !== 3 || segments[1] !== owner) {
    util.unauthorized();
  }
}
