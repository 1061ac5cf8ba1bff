using System.Formats.Asn1;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;
using ISession = Net.Pkcs11Interop.HighLevelAPI.ISession;

namespace Shype.Attest.Verifier.Signing;

/// <summary>
/// Signing keys that are made in a PKCS#11 token and never leave it: a hardware module, one across the network, or a TPM behind tpm2-pkcs11. A token
/// that was away is asked again at the next signature.
/// </summary>
internal sealed class Pkcs11Vault : IKeyVault
{
    private readonly Pkcs11InteropFactories _factories = new();
    private readonly Lock _gate = new();
    private readonly Pkcs11Uri _uri;
    private readonly byte[] _pin;
    private readonly IPkcs11Library _library;
    private ISession? _session;

    private Pkcs11Vault(Pkcs11Uri uri, byte[] pin)
    {
        (_uri, _pin) = (uri, pin);
        _library = _factories.Pkcs11LibraryFactory.LoadPkcs11Library(_factories, uri.Module, AppType.MultiThreaded);
    }

    /// <inheritdoc/>
    public string Place => "pkcs11";

    /// <summary>Loads the library and signs in; a <see cref="SetupException"/> says what is wrong.</summary>
    public static Pkcs11Vault Open(string setting)
    {
        var uri = Pkcs11Uri.Read(setting);
        var pin = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(PrivateFile.Read(uri.PinFile)).TrimEnd('\r', '\n'));
        _ = LoaderIsFound.Value;
        try
        {
            var vault = new Pkcs11Vault(uri, pin);
            vault.Use(_ => true);
            return vault;
        }
        catch (Exception refused) when (refused is Pkcs11Exception or UnmanagedException or KeyUnavailableException or DllNotFoundException)
        {
            throw new SetupException($"{VerifierOptions.Section}:{nameof(VerifierOptions.SigningKeys)}: {uri.Module}, token '{uri.Token}': {refused.Message}");
        }
    }

    /// <inheritdoc/>
    public (JsonWebKey PublicKey, byte[] Secret) Create(string purpose) => Use(session =>
    {
        var id = RandomNumberGenerator.GetBytes(IdBytes);
        var attributes = _factories.ObjectAttributeFactory;
        IObjectAttribute[] common = [attributes.Create(CKA.CKA_TOKEN, true), attributes.Create(CKA.CKA_LABEL, $"shype {purpose}"), attributes.Create(CKA.CKA_ID, id)];
        session.GenerateKeyPair(
            _factories.MechanismFactory.Create(CKM.CKM_EC_KEY_PAIR_GEN),
            [.. common, attributes.Create(CKA.CKA_PRIVATE, false), attributes.Create(CKA.CKA_VERIFY, true), attributes.Create(CKA.CKA_EC_PARAMS, P256)],
            [.. common, attributes.Create(CKA.CKA_PRIVATE, true), attributes.Create(CKA.CKA_SENSITIVE, true), attributes.Create(CKA.CKA_EXTRACTABLE, false), attributes.Create(CKA.CKA_SIGN, true)],
            out var made, out _);
        var point = session.GetAttributeValue(made, [CKA.CKA_EC_POINT])[0].GetValueAsByteArray();
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = Point(point) });
        return (JsonWebKey.From(key), id);
    });

    /// <inheritdoc/>
    public ECDsa Open(StoredKey key)
    {
        Use(session => Find(session, CKO.CKO_PRIVATE_KEY, key.Secret) ?? throw new KeyUnavailableException($"key {key.Id} of {key.Purpose} is not in token '{_uri.Token}'"));
        return new Pkcs11Key(this, key.Secret);
    }

    /// <inheritdoc/>
    public void Destroy(StoredKey key) => Use(session =>
    {
        foreach (var kind in (CKO[])[CKO.CKO_PRIVATE_KEY, CKO.CKO_PUBLIC_KEY])
        {
            if (Find(session, kind, key.Secret) is { } found)
            {
                session.DestroyObject(found);
            }
        }

        return true;
    });

    /// <summary>Signs a SHA-256 digest: r and s, 32 bytes each (PKCS#11 2.3.1).</summary>
    public byte[] Sign(byte[] id, byte[] digest) => Use(session => session.Sign(
        _factories.MechanismFactory.Create(CKM.CKM_ECDSA),
        Find(session, CKO.CKO_PRIVATE_KEY, id) ?? throw new KeyUnavailableException($"a signing key is not in token '{_uri.Token}' any more"), digest));

    private IObjectHandle? Find(ISession session, CKO kind, byte[] id) => session.FindAllObjects(
        [_factories.ObjectAttributeFactory.Create(CKA.CKA_CLASS, kind), _factories.ObjectAttributeFactory.Create(CKA.CKA_ID, id)]).FirstOrDefault();

    // One session, one operation at a time: a PKCS#11 session knows of one operation only.
    private T Use<T>(Func<ISession, T> operation)
    {
        lock (_gate)
        {
            try
            {
                return operation(_session ??= SignIn());
            }
            catch (Pkcs11Exception) when (_session is not null)
            {
                // Taken out and put back, restarted, or a network that was away.
                Leave();
            }
            catch (Pkcs11Exception refused)
            {
                throw Refused(refused);
            }

            try
            {
                return operation(_session = SignIn());
            }
            catch (Pkcs11Exception refused)
            {
                Leave();
                throw Refused(refused);
            }
        }
    }

    private ISession SignIn()
    {
        var slot = _library.GetSlotList(SlotsType.WithTokenPresent).FirstOrDefault(slot =>
            slot.GetTokenInfo() is var info && info.Label == _uri.Token && (_uri.Serial is null || info.SerialNumber == _uri.Serial))
            ?? throw new KeyUnavailableException($"there is no token '{_uri.Token}'");
        var session = slot.OpenSession(SessionType.ReadWrite);
        try
        {
            session.Login(CKU.CKU_USER, _pin);
        }
        catch (Pkcs11Exception known) when (known.RV == CKR.CKR_USER_ALREADY_LOGGED_IN)
        {
            // The library signs a whole program in, not one session.
        }

        return session;
    }

    private void Leave()
    {
        try
        {
            _session?.Dispose();
        }
        catch (Pkcs11Exception)
        {
            // It was dead already.
        }

        _session = null;
    }

    private static KeyUnavailableException Refused(Pkcs11Exception refused) => new($"the PKCS#11 token refuses: {refused.RV}", refused);

    // PKCS#11 2.3.3: the uncompressed point, in an OCTET STRING.
    private static ECPoint Point(byte[] attribute) =>
        AsnDecoder.ReadOctetString(attribute, AsnEncodingRules.DER, out _) is [4, .. { Length: 64 } point]
            ? new ECPoint { X = point[..32], Y = point[32..] }
            : throw new KeyUnavailableException("the PKCS#11 token made a key that is not of P-256");

    // The package asks for libdl by the name that only development packages install.
    private static readonly Lazy<bool> LoaderIsFound = new(() =>
    {
        NativeLibrary.SetDllImportResolver(typeof(Pkcs11InteropFactories).Assembly, (name, _, _) => name == "libdl" ? NativeLibrary.Load("libdl.so.2") : IntPtr.Zero);
        return true;
    });

    private const int IdBytes = 16;

    // The OID 1.2.840.10045.3.1.7 in DER.
    private static readonly byte[] P256 = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];

    private sealed class Pkcs11Key(Pkcs11Vault vault, byte[] id) : ECDsa
    {
        public override int KeySize => 256;

        public override byte[] SignHash(byte[] hash) => vault.Sign(id, hash);

        public override bool VerifyHash(byte[] hash, byte[] signature) => throw new NotSupportedException();
    }
}
