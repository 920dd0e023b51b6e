// A district's sign-in for tests: oidc-provider on loopback, which signs anybody in by their
// `login_hint`, and whose tokens can be spoiled on their way (PUT /spoil/<how>).
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, decodeJwt, SignJWT } from 'jose'
import Provider from 'oidc-provider'

const [port, back] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}`
const own = await generateKeyPair('RS256', { extractable: true })
const other = await generateKeyPair('RS256', { extractable: true })
const jwk = { ...(await exportJWK(own.privateKey)), kid: 'own', alg: 'RS256', use: 'sig' }
const people = {}
let spoil = ''

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'eachchild', client_secret: 'a secret of the test', redirect_uris: [back],
    token_endpoint_auth_method: 'client_secret_post'
  }],
  jwks: { keys: [jwk] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false } },
  interactions: { url: (ctx, interaction) => `/enter/${interaction.uid}` },
  pkce: { required: () => true },
  cookies: { keys: ['of the test'] },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) })
})

const signed = (claims, key, header) => new SignJWT(claims).setProtectedHeader(header).sign(key)
const SPOILED = {
  forged: (claims) => signed(claims, other.privateKey, { alg: 'RS256', kid: 'own' }),
  audience: (claims) => signed({ ...claims, aud: 'somebody-else' }, own.privateKey, { alg: 'RS256', kid: 'own' }),
  issuer: (claims) => signed({ ...claims, iss: 'https://elsewhere.invalid' }, own.privateKey, { alg: 'RS256', kid: 'own' }),
  late: (claims) => signed({ ...claims, exp: claims.iat - 600 }, own.privateKey, { alg: 'RS256', kid: 'own' }),
  nonce: (claims) => signed({ ...claims, nonce: 'of another sign-in' }, own.privateKey, { alg: 'RS256', kid: 'own' }),
  'no-nonce': ({ nonce, ...claims }) => signed(claims, own.privateKey, { alg: 'RS256', kid: 'own' }),
  party: (claims) => signed({ ...claims, azp: 'somebody-else' }, own.privateKey, { alg: 'RS256', kid: 'own' }),
  secret: (claims) => signed(claims, new TextEncoder().encode('a secret of the test, long enough'), { alg: 'HS256', kid: 'own' }),
  none: (claims) => {
    const part = (told) => Buffer.from(JSON.stringify(told)).toString('base64url')
    return `${part({ alg: 'none', kid: 'own' })}.${part(claims)}.`
  },
  missing: () => undefined
}

provider.use(async (ctx, next) => {
  await next()
  if (ctx.oidc?.route === 'token' && ctx.body?.id_token && SPOILED[spoil]) {
    ctx.body = { ...ctx.body, id_token: await SPOILED[spoil](decodeJwt(ctx.body.id_token)) }
  }
})

const answer = provider.callback()
createServer(async (request, response) => {
  const [, what, name] = request.url.split('/')
  if (request.method === 'PUT') {
    let body = ''
    for await (const part of request) body += part
    if (what === 'spoil') spoil = name
    else people[name] = JSON.parse(body)
    response.end()
  } else if (what === 'enter') {
    const { params, prompt, session } = await provider.interactionDetails(request, response)
    const accountId = session?.accountId ?? params.login_hint
    if (prompt.name === 'login') {
      return provider.interactionFinished(request, response, { login: { accountId } })
    }
    const grant = new provider.Grant({ accountId, clientId: params.client_id })
    grant.addOIDCScope('openid email')
    const grantId = await grant.save()
    return provider.interactionFinished(request, response, { consent: { grantId } }, { mergeWithLastSubmission: true })
  } else {
    return answer(request, response)
  }
}).listen(Number(port), '127.0.0.1', () => console.log('ready'))
