using CityLoop.Server.City;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Operations;
using CityLoop.Server.Pass.Contacts;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Pass.Profile;
using CityLoop.Server.Pass.Recovery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CityLoop.Server.Pass;

/// <summary>The citizen pass: who somebody is, how they sign in, where they are signed in.</summary>
static class PassCapability
{
    public static IServiceCollection AddPass(this IServiceCollection services, CityOptions options)
    {
        services.AddAuthentication(SessionAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.SchemeName, null);
        services.AddDataProtection().SetApplicationName("CityLoop");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(all =>
            new ConfigureOptions<KeyManagementOptions>(keys =>
            {
                keys.XmlRepository = new DataProtectionKeys(all.GetRequiredService<NpgsqlDataSource>());
                // The keys lie as safe as the journal beside them: who can write the database owns the city anyway.
                keys.XmlEncryptor = new NullXmlEncryptor();
            }));

        services.AddIdentityCore<Person>().AddUserStore<PersonStore>();
        services.AddScoped<PersonStore>();
        services.AddScoped<IPasskeyHandler<Person>, PasskeyHandler<Person>>();
        services.Configure<IdentityPasskeyOptions>(passkeys =>
        {
            // Found without typing a name, and unlocked by face, finger or PIN: one passkey is enough.
            passkeys.ResidentKeyRequirement = "required";
            passkeys.UserVerificationRequirement = "required";
        });

        services.AddLevels();
        services.AddSingleton<IdentityProofs>();
        services.AddSingleton<AccountLevels>();
        services.AddHostedService(all => all.GetRequiredService<AccountLevels>());
        services.AddScoped<CodeRoad>();
        services.AddSingleton<CounterCodes>();
        services.AddSingleton<CounterSteps>();
        services.AddSingleton<CounterChecks>();
        services.AddSingleton<CheckWaits>().AddSingleton<ChildhoodChecks>().AddHostedService<CheckClock>();
        services.AddSingleton<DocumentPrints>();
        services.AddSingleton<FindPerson>();
        foreach (var table in PassTables.All)
            services.AddSingleton(table);
        services.AddSingleton<AccessLog>();
        services.AddSingleton<OfficerView>();
        services.AddSingleton<MyAccesses>();
        services.AddSingleton<AccessSums>();
        services.AddSingleton<MyData>();
        services.AddSingleton<Erasures>();
        services.AddHostedService<ErasureClock>();
        services.AddSingleton<WaysIn>();
        services.AddSingleton<Residences>();
        services.AddSingleton<LetterChoices>();
        services.AddSingleton<RecoveryCodes>();
        services.AddSingleton<LetterWriter>().AddSingleton<EndingPoints>().AddHostedService<EndingPointsClock>();
        services.AddSingleton<Postman>();
        services.AddHostedService(all => all.GetRequiredService<Postman>());
        services.AddScoped<Passkeys>();
        services.AddScoped<ProfileForm>();
        services.AddSingleton<OneTimeCodes>();
        services.AddSingleton<PersonAccounts>();
        services.AddSingleton<CardStore>();
        services.AddSingleton<FamilyStore>().AddSingleton<CounterChildren>();
        services.AddSingleton<GuardianAsks>().AddSingleton<CounterRepresentations>().AddSingleton<ChildErasures>();
        services.AddSingleton<Mandates>().AddSingleton<CounterMandates>().AddSingleton<CounterGuardians>();
        services.AddSingleton<HandOvers>().AddHostedService<HandOverClock>();
        services.AddScoped<FamilyLetters>();
        services.AddSingleton<CardTill>();
        services.AddScoped<CounterCards>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<SignInProofs>();
        services.AddSingleton<WrongTries>();
        services.AddSingleton(options.Pass);
        services.AddSingleton(all =>
            new AddressLimits(all.GetRequiredService<TimeProvider>(), options.Pass.AttemptsPerAddress));
        return options.Demo ? services.AddDemo() : services.AddPost(options.Pass);
    }

    public static void MapPass(this IEndpointRouteBuilder pages)
    {
        var api = pages.MapGroup("/api/v1");
        SendCode.Map(api);
        SignInWithCode.Map(api);
        SignInWithPasskey.Map(api);
        SignUpWithPasskey.Map(api);
        AddPasskey.Map(api);
        ShowMe.Map(api);
        ChangeMe.Map(pages);
        ChangeContacts.Map(pages);
        MyData.Map(pages);
        DownloadAccesses.Map(pages);
        EraseMe.Map(pages);
        ChangeProfile.Map(pages);
        MakeRecoveryCodes.Map(pages);
        FindPerson.Map(pages);
        CheckForms.Map(pages);
        StopCheck.Map(pages);
        CounterCards.Map(pages);
        CounterChildren.Map(pages);
        MyCards.Map(pages);
        ChangeFamily.Map(pages);
        ChildData.Map(pages);
        RepresentationForms.Map(pages);
        CounterMandates.Map(pages);
        CounterGuardians.Map(pages);
        if (pages.ServiceProvider.GetService<Outbox>() is not null)
            Outbox.Map(pages);
    }

    // The one place that makes a demo of the pass: letters that everybody can read, and whom to sign in as.
    static IServiceCollection AddDemo(this IServiceCollection services) => services
        .AddSingleton<Outbox>()
        .AddSingleton<ILetterSender>(all => all.GetRequiredService<Outbox>())
        .AddSingleton(all => SignInHints.Of(all.GetRequiredService<CityPack>()))
        .AddSingleton(new DemoSeed(20, (all, cancellation) => all.GetRequiredService<PersonStore>()
            .SeedAsync(all.GetRequiredService<CityPack>().People, cancellation)));

    static IServiceCollection AddPost(this IServiceCollection services, PassOptions options) => services
        .AddSingleton(all => new WebhookSender(options.Webhook, all.GetRequiredService<TimeProvider>()))
        .AddSingleton<ILetterSender>(all => new LetterSenders(
            all.GetRequiredService<WebhookSender>(), new SmtpSender(options.Smtp)))
        .AddSingleton(SignInHints.None);
}
