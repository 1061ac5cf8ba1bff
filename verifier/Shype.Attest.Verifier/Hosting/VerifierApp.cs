using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Shype.Attest.Hosting;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Auditing;
using Shype.Attest.Verifier.Contract;
using Shype.Attest.Verifier.Dashboard;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Hosting.Configuration;
using Shype.Attest.Verifier.Rats;
using Shype.Attest.Verifier.Signing;
using Shype.Attest.Verifier.Store;
using Shype.Attest.Verifier.Watch;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>The verifier, put together. Everything that can be wrong with the set-up shows here, before anybody is served.</summary>
internal static class VerifierApp
{
    /// <summary>Builds the service from command line, environment and file; tests set another clock.</summary>
    public static async Task<WebApplication> BuildAsync(IReadOnlyList<string> arguments, TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        var options = ReadOptions(builder.Configuration, arguments);
        clock ??= TimeProvider.System;
        var now = clock.GetUtcNow();

        var state = StateFolder.Open(options.State);
        var tls = TlsIdentity.Load(options, state, now);
        builder.WebHost.ConfigureKestrel(kestrel => VerifierServer.Configure(kestrel, options, tls));
        Logging.Add(builder.Logging, options);
        AddServices(builder.Services, options, state, clock);
        builder.Services.AddSingleton(new TlsIdentityEnd(tls[0].NotAfter));
        Exporters.Add(builder.Services, options);
        Readiness.Add(builder.Services);
        ContractDocument.Add(builder.Services);
        builder.Services.AddHostedService<ServiceNotices>().AddSingleton(provider => new ServiceStatus(
            () => $"Serving {options.Listen}, {provider.GetRequiredService<LiveHosts>().Connected.Count} agents connected"));

        var app = builder.Build();
        Map(app);
        await LoadAsync(app.Services);
        Announce(app, options, state, tls[0].NotAfter, now);
        return app;
    }

    /// <summary>Adds file and command line to a configuration, and reads the options from it.</summary>
    public static VerifierOptions ReadOptions(IConfigurationBuilder configuration, IReadOnlyList<string> arguments) =>
        SettingsReader.Read(SettingsReader.Load(configuration, arguments));

    private static void AddServices(IServiceCollection services, VerifierOptions options, StateFolder state, TimeProvider clock)
    {
        var keys = state.Folder("keys");
        byte[] Key(string name) => PrivateFile.ReadOrCreate(Path.Combine(keys, name), () => RandomNumberGenerator.GetBytes(32));

        services.AddSingleton(options).AddSingleton(clock).AddSingleton(_ => state);
        var store = AttestationStore.Open(Databases.Of(options), Key("audit.key"), options.WatchDeadline);
        services.AddSingleton<IAttestationStore>(store).AddSingleton<IReferenceStore>(store).AddSingleton<IAuditStore>(store).AddSingleton<IAdmissionStore>(store).AddSingleton<ITokenStore>(store).AddSingleton<IWatchStore>(store).AddSingleton<IWebhookStore>(store).AddSingleton<ISessionStore>(store).AddSingleton<IDashboardStore>(store).AddSingleton<IKeyStore>(store).AddSingleton<IReplicaStore>(store).AddSingleton<IStagedLogs>(store);
        services.AddSingleton<AccessTokens>().AddSingleton(new PendingEnrolments(options.MaxPendingEnrolments)).AddSingleton<SharedPendingEnrolments>();
        services.AddSingleton<IPendingEnrolments>(provider => store.IsShared ? provider.GetRequiredService<SharedPendingEnrolments>() : provider.GetRequiredService<PendingEnrolments>());
        services.AddSingleton<HostDirectory>().AddSingleton<PolicyLibrary>().AddSingleton<CurrentReferences>().AddSingleton<CurrentAppraisalPolicies>().AddSingleton<Bundles>().AddSingleton<ReferenceBundles>().AddSingleton<LiveHosts>();
        services.AddSingleton<ResultSigner>().AddSingleton<Attestation.Results>().AddSingleton<AttestationService>().AddSingleton<Asking>();
        services.AddSingleton<TrustStore>().AddSingleton<EnrolmentService>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<AuditSigner>().AddSingleton<AuditService>();
        services.AddSingleton<ChallengeIssuer>();
        AddKeys(services, options, keys);
        services.AddSingleton(provider => new EnrolmentSecret(() => provider.GetRequiredService<KeyRing>().ChallengeSecrets));
        services.AddSingleton<Elsewhere>().AddSingleton<Exchange>().AddHostedService(provider => provider.GetRequiredService<Exchange>());
        services.AddHostedService<Upkeep>();
        services.AddHostedService<IdleHosts>();
        services.AddWatch(Key("webhook.key"));
        services.AddSingleton<Replicas>().AddHostedService(provider => provider.GetRequiredService<Replicas>());

        // Not AddAuthentication: that brings data protection, which leaves keys in the home folder; the dashboard's cookie is a random value and needs none.
        services.AddAuthenticationCore(authentication => authentication.DefaultScheme = Caller.Scheme).AddWebEncoders();
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, CallerHandler>(Caller.Scheme, null);
        services.AddSingleton<OidcTokens>().AddSingleton<ClientCertificates>().AddSingleton<FailedSignIns>();
        services.AddSingleton<HostDecisions>().AddDashboard();
        services.AddAuthorization(Roles.Configure);
        services.AddSingleton<RateLimits>();
        services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new() { Timeout = TimeSpan.FromSeconds(60) });
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
    }

    // The files are read now, so that one that others can read stops the start.
    private static void AddKeys(IServiceCollection services, VerifierOptions options, string folder)
    {
        var encryption = KeyEncryption.Load(options.KeyEncryptionKeyFile ?? Path.Combine(folder, "wrapping.key"), makes: options.KeyEncryptionKeyFile is null);
        IKeyVault[] vaults = options.SigningKeys == DatabaseVault.Name
            ? [new DatabaseVault(encryption)]
            : [Pkcs11Vault.Open(options.SigningKeys), new DatabaseVault(encryption)];
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<KeyRing>(provider, encryption, (IReadOnlyList<IKeyVault>)vaults));
    }

    private static void Map(WebApplication app)
    {
        app.Use(next => context => Edge.SecureAsync(context, next));
        app.UseExceptionHandler(failed => failed.Run(Edge.FailAsync));
        app.UseStatusCodePages(pages => Edge.FillAsync(pages.HttpContext));
        app.UseMetricsAddress();
        app.UseRouting();
        app.Use(next => context => Telemetry.NameAsync(context, next));
        app.UseAuthentication();
        app.UseAuthorization();
        // After authorization: evidence is counted per host, and strangers never get that far.
        var limits = app.Services.GetRequiredService<RateLimits>();
        app.Use(next => context => limits.AdmitAsync(context, next));
        app.UseRequestTimeouts();
        app.MapEnrolment();
        app.MapEvidence();
        app.MapStagedLogs();
        app.MapAttest();
        app.MapHosts();
        app.MapReferences();
        app.MapMeasured();
        app.MapAppraisalPolicies();
        app.MapBundles();
        app.MapTrust();
        app.MapAudit();
        app.MapAdmissions();
        app.MapTokens();
        app.MapWatch();
        app.MapWebhooks();
        app.MapEvents();
        app.MapSessions();
        app.MapDiscovery();
        app.MapKeys();
        app.MapDashboard();
        app.MapHealth();
        app.MapMetrics();
        ContractDocument.Map(app);
        app.MapPublic();
    }

    private static async Task LoadAsync(IServiceProvider services)
    {
        await services.GetRequiredService<Replicas>().BeginAsync(CancellationToken.None);
        await services.GetRequiredService<KeyRing>().LoadAsync(services.GetRequiredService<StateFolder>(), CancellationToken.None);
        // Made now, so that a wrong file stops the start and not the first request.
        services.GetRequiredService<OidcTokens>();
        services.GetRequiredService<ClientCertificates>();
        await services.GetRequiredService<AccessTokens>().LoadAsync(CancellationToken.None);
        await services.GetRequiredService<HostDirectory>().LoadAsync(CancellationToken.None);
        await services.GetRequiredService<TrustStore>().LoadAsync(CancellationToken.None);
        await services.GetRequiredService<PolicyLibrary>().LoadAsync(CancellationToken.None);
        await services.GetRequiredService<CurrentReferences>().LoadAsync(CancellationToken.None);
        await services.GetRequiredService<CurrentAppraisalPolicies>().LoadAsync(CancellationToken.None);
        // Reading a large fleet leaves as much behind as it keeps; before anybody is served there is time to give that back.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private static void Announce(WebApplication app, VerifierOptions options, StateFolder state, DateTimeOffset certificateExpires, DateTimeOffset now)
    {
        var log = app.Services.GetRequiredService<ILogger<VerifierOptions>>();
        foreach (var setting in options.UnsafeSettings)
        {
            log.UnsafeSetting(setting);
        }

        if (certificateExpires < now.AddDays(30))
        {
            log.CertificateExpires(certificateExpires);
        }

        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
            var address = addresses.Single(address => address.StartsWith("https:", StringComparison.Ordinal));
            Console.WriteLine("listening " + address);
            log.Ready(address, state.Path);
            foreach (var metrics in addresses.Where(other => other != address))
            {
                Console.WriteLine("metrics " + metrics + Exporters.Path);
                log.MetricsReady(metrics + Exporters.Path);
            }
        });
    }
}
